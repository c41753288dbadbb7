// The menu on small screens. Everything else works without a script.
"use strict";
document.documentElement.classList.add("js");
const button = document.querySelector(".menu-button");
if (button) {
  const menu = document.getElementById(button.getAttribute("aria-controls"));
  const show = (isOpen) => {
    button.setAttribute("aria-expanded", String(isOpen));
    menu.classList.toggle("open", isOpen);
  };
  button.addEventListener("click", () => show(button.getAttribute("aria-expanded") !== "true"));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") show(false);
  });
}
