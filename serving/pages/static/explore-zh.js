// The library's own words in Chinese that no label of a style sheet names (explore-zh.css has the others): its tree is
// open, so they are put in where they appear. Options are known to it by their values, which stay as they are.
const WORDS = {
  TOTAL: "合计", Rollup: "小计", Flat: "末级", Total: "合计",
  count: "计数", any: "任一值", "distinct count": "去重计数", "distinct leaf": "唯一末级值", dominant: "最常见值", first: "第一个", join: "合并列出", last: "最后一个",
  "last by index": "按索引最后一个", median: "中位数", q1: "下四分位数", q3: "上四分位数", unique: "唯一值", sum: "总和", "abs sum": "总和的绝对值", "sum abs": "绝对值之和",
  avg: "平均值", mean: "均值", high: "历史最高", low: "历史最低", max: "最大值", min: "最小值", "high minus low": "最高减最低", "last minus first": "最后减第一",
  "pct sum parent": "占上级百分比", "pct sum total": "占总计百分比", stddev: "标准差", var: "方差", "sum not null": "非空总和", "weighted mean": "加权平均", "mean by count": "按计数平均",
  contains: "包含", "begins with": "开头是", "ends with": "结尾是", in: "属于", "not in": "不属于", "is null": "为空", "is not null": "不为空",
  "Pro Light": "浅色", "Pro Dark": "深色",
};
const GROUPS = { "min by": "取最小时的值", "max by": "取最大时的值", "weighted mean": "加权平均" };
// Of the panel in which a computed column is written; what is wrong with it is told by patterns, since it names columns.
const LABELS = { Expression: "表达式", Create: "创建", Save: "保存", Reset: "重置", "Delete Column": "删除此列", "Transpose Pivots": "行列互换" };
const FAULTS = [
  [/^Empty expression!$/, "请输入表达式。"],
  [/^Value Error - Input column "(.*)" does not exist\.$/, "没有字段“$1”。"],
  [/^(?:\w+ Error)\b.*$/s, "表达式有误：$&"],
];
const TREE = { childList: true, characterData: true, subtree: true };

const translate = (text) => {
  const word = text.nodeValue.trim();
  const around = text.parentElement, isOption = around?.nodeName === "OPTION";
  if (["LABEL", "BUTTON"].includes(around?.nodeName) && Object.hasOwn(LABELS, word)) text.nodeValue = LABELS[word];
  const fault = around?.className === "error" && FAULTS.find(([pattern]) => pattern.test(word));
  if (fault) text.nodeValue = word.replace(...fault);
  if (Object.hasOwn(WORDS, word) && (isOption || word === "TOTAL")) text.nodeValue = WORDS[word];
  else if (isOption && word.startsWith("by ")) text.nodeValue = `按${word.slice(3)}`;
};

const visit = (node) => {
  if (node.nodeType === Node.TEXT_NODE) return translate(node);
  if (node.nodeName === "OPTGROUP" && Object.hasOwn(GROUPS, node.label)) node.label = GROUPS[node.label];
  if (Object.hasOwn(LABELS, node.title ?? "")) node.title = LABELS[node.title];
  if (node.shadowRoot) watch(node.shadowRoot);
  node.childNodes.forEach(visit);
};

const watched = new WeakSet();
const observer = new MutationObserver((changes) => {
  for (const { target, addedNodes, type } of changes) (type === "characterData" ? [target] : addedNodes).forEach(visit);
});
const watch = (root) => {
  if (watched.has(root)) return;
  watched.add(root);
  observer.observe(root, TREE);
  root.childNodes.forEach(visit);
};

const box = document.getElementById("explore");
watch(box);
new MutationObserver(() => visit(box)).observe(document.documentElement, { attributeFilter: ["data-explore"] }); // its tree is there
