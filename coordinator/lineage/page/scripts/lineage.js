// The job: its nodes by id, what lies in what, and which of it is expanded.

const lineage = JSON.parse(document.getElementById("data").textContent);
const nodes = new Map(lineage.nodes.map((node) => [node.id, node]));
const children = Map.groupBy(lineage.nodes, (node) => node.parent);
const makers = new Map(Object.entries(lineage.steps).map(([id, step]) => [step.digest, id]));
const expanded = new Set();

const STATUSES = {
  SUCCEEDED: ["✓", "succeeded", "good"],
  REUSED: ["≡", "reused", "reused"],
  SKIPPED: ["»", "skipped", "idle"],
  FAILED: ["✕", "failed", "bad"],
  CANCELLED: ["■", "cancelled", "warning"],
  NOT_DONE: ["○", "not done", "idle"],
  UNREADABLE: ["?", "unreadable", "bad"],
  MISSING: ["!", "missing", "bad"],
};

function contents(id) {
  return children.get(id) ?? [];
}

function statusText(node) {
  const [symbol, word] = STATUSES[node.status] ?? ["", ""];
  return node.shards ? `${symbol} ${word}, ${node.of_status} of ${node.shards}` : `${symbol} ${word}`;
}

function badge(status) {
  const [symbol, word, kind] = STATUSES[status] ?? ["?", status, "bad"];
  return element("span", { className: `badge ${kind}`, text: `${symbol} ${word}` });
}

function ancestors(id) {
  const found = [];
  for (let at = nodes.get(id).parent; at; at = nodes.get(at).parent) found.unshift(at);
  return found;
}

// The node itself or, where that lies in one that is not expanded, the outermost such.
function shown(id) {
  return ancestors(id).find((ancestor) => !expanded.has(ancestor)) ?? id;
}

function edgeKey(source, target) {
  return JSON.stringify([source, target]);
}

// The job whose manifest a step took over.
function jobOf(original) {
  return original.label.split("/")[1] ?? original.label;
}

function takers(file) {
  return lineage.edges.filter((edge) => edge.source === file);
}

// As people call it: a step by its folder, a file by its role and maker.
function fullName(id) {
  const node = nodes.get(id);
  if (node.folder) return node.folder;
  return node.parent ? `${node.label} of ${nodes.get(node.parent).folder}` : node.label;
}
