(() => {
  const show = (language) => {
    document.documentElement.dataset.lang = language;
    document.documentElement.lang = language === "zh" ? "zh-Hans" : "en";
    for (const button of document.querySelectorAll("[data-set]")) button.setAttribute("aria-pressed", String(button.dataset.set === language));
  };
  const asked = location.hash.slice(1);
  show(["en", "zh"].includes(asked) ? asked : (navigator.language || "en").toLowerCase().startsWith("zh") ? "zh" : "en");
  for (const button of document.querySelectorAll("[data-set]")) button.addEventListener("click", () => show(button.dataset.set));
})();
