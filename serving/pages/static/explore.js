// Free exploration: loads the library on this page alone, gives it the table, and keeps how it was laid out.
const box = document.getElementById("explore");
const told = document.getElementById("explore-state");
const { library, data, key } = box.dataset;

const theme = () => {
  const chosen = document.documentElement.dataset.theme;
  const isDark = chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  return isDark ? "Pro Dark" : "Pro Light";
};

const layout = () => {
  const first = { ...JSON.parse(box.dataset.layout), settings: !matchMedia("(max-width: 60rem)").matches };
  try {
    return { ...first, ...JSON.parse(localStorage.getItem(key) ?? "{}") };
  } catch {
    return first;
  }
};

const loaded = (shown, all) => {
  const words = shown < all ? told.dataset.some : told.dataset.all;
  const counts = { shown, all };
  return words.replace(/\{(shown|all)\}/g, (_, name) => counts[name].toLocaleString(document.documentElement.lang));
};

const show = async () => {
  const { default: perspective } = await import(`${library}/client/dist/cdn/perspective.js`);
  await import(`${library}/viewer/dist/cdn/perspective-viewer.js`);
  await Promise.all([
    import(`${library}/viewer-datagrid/dist/cdn/perspective-viewer-datagrid.js`),
    import(`${library}/viewer-d3fc/dist/cdn/perspective-viewer-d3fc.js`),
  ]);
  const answer = await fetch(data);
  if (!answer.ok) throw new Error(String(answer.status));
  const worker = await perspective.worker();
  const viewer = document.createElement("perspective-viewer");
  box.replaceChildren(viewer);
  const table = await worker.table(await answer.arrayBuffer());
  await viewer.load(table);
  try {
    await viewer.restore({ ...layout(), theme: theme() });
  } catch {
    localStorage.removeItem(key); // of columns that are no longer there
    await viewer.restore({ ...JSON.parse(box.dataset.layout), theme: theme() });
  }
  viewer.addEventListener("perspective-config-update", async () => {
    const { theme: _, ...kept } = await viewer.save();
    localStorage.setItem(key, JSON.stringify(kept));
  });
  document.getElementById("explore-reset").addEventListener("click", () => {
    localStorage.removeItem(key);
    viewer.restore({ ...JSON.parse(box.dataset.layout), theme: theme() });
  });
  told.textContent = loaded(await table.size(), Number(answer.headers.get("x-all-rows")));
  document.documentElement.dataset.explore = "ready";
};

show().catch((error) => {
  told.textContent = `${told.dataset.fault} (${error.message})`;
  document.documentElement.dataset.explore = "failed";
});
