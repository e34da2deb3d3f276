// Where everything lies. dagre places the outermost nodes in layers; what is inside one stands in columns.

const CARD = { width: 184, height: 48 };
const CHIP = { width: 184, height: 30 };
const HEAD = 52;
const PADDING = 12;
const GAP = 8;
const ROWS = 4;
const SHARDS_ABREAST = 6;
const MANY = 300;
const LAYERS = 28;

function isOpen(id) {
  return expanded.has(id) && contents(id).length > 0;
}

function ownSize(node) {
  return node.kind === "file" && node.parent ? CHIP : node.kind === "original" ? CHIP : CARD;
}

// The size of the node with all that it shows, and where its children lie from its upper left corner.
function measure(node) {
  if (!isOpen(node.id)) return { ...ownSize(node), inside: [] };
  const columns = inColumns(contents(node.id).map((child) => ({ id: child.id, ...measure(child) })));
  let left = PADDING;
  const inside = [];
  for (const column of columns) {
    let top = HEAD;
    for (const child of column) {
      inside.push({ ...child, left, top });
      top += child.height + GAP;
    }
    left += Math.max(...column.map((child) => child.width)) + GAP;
  }
  const bottom = Math.max(...inside.map((child) => child.top + child.height));
  return { width: Math.max(left - GAP + PADDING, CARD.width), height: bottom + PADDING, inside };
}

// Shards stand side by side; files in columns, about as wide in all as they are high.
function inColumns(boxes) {
  const isShards = nodes.get(boxes[0].id).kind === "shard";
  const rows = isShards ? Math.ceil(boxes.length / SHARDS_ABREAST) : Math.max(ROWS, Math.ceil(Math.sqrt(boxes.length * (CHIP.width / CHIP.height))));
  const columns = [];
  for (let from = 0; from < boxes.length; from += rows) columns.push(boxes.slice(from, from + rows));
  return columns;
}

function outermost(id) {
  return ancestors(id)[0] ?? id;
}

function arrange() {
  const roots = contents("").map((node) => ({ id: node.id, ...measure(node) }));
  const graph = layered(roots);
  const boxes = new Map();
  for (const root of roots) {
    const { x, y } = graph.node(root.id);
    place(root, x - root.width / 2, y - root.height / 2, boxes);
  }
  return { boxes, lines: lines(graph) };
}

function layered(roots) {
  const graph = new dagre.graphlib.Graph();
  const ranker = roots.length > MANY ? "longest-path" : "network-simplex";
  graph.setGraph({ rankdir: "TB", nodesep: 28, edgesep: 14, ranksep: LAYERS, ranker });
  for (const { id, width, height } of roots) graph.setNode(id, { width, height });
  for (const { source, target } of lineage.edges) {
    if (outermost(source) !== outermost(target)) graph.setEdge(outermost(source), outermost(target), {});
  }
  dagre.layout(graph);
  return graph;
}

function place(box, left, top, boxes) {
  boxes.set(box.id, { x: left + box.width / 2, y: top + box.height / 2, width: box.width, height: box.height });
  for (const child of box.inside) place(child, left + child.left, top + child.top, boxes);
}

// One line for all that goes from one shown node to another, with the bends of the way between their outermost nodes.
function lines(graph) {
  const found = new Map();
  for (const edge of lineage.edges) {
    const [source, target] = [shown(edge.source), shown(edge.target)];
    const id = edgeKey(source, target);
    const line = found.get(id) ?? { id, source, target, edges: [], bends: bends(graph, edge) };
    line.edges.push(edge);
    found.set(id, line);
  }
  return [...found.values()];
}

// The first and the last point are on the border, those beside them where a label would be.
function bends(graph, { source, target }) {
  return graph.edge(outermost(source), outermost(target))?.points.slice(2, -2) ?? [];
}

// Bends as cytoscape wants them: how far along and how far beside the straight line from centre to centre.
function alongAndBeside(from, to, bend) {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const [px, py] = [bend.x - from.x, bend.y - from.y];
  const length = Math.hypot(dx, dy) || 1;
  return [(px * dx + py * dy) / (length * length), (py * dx - px * dy) / length];
}
