// Where everything lies. dagre places the outermost nodes in layers; what is inside one stands in columns.
// dagre walks a graph by calling itself, and ends at some thousand layers: very many nodes stand in rows, in the order of the pipeline.

const CARD = { width: 184, height: 48 };
const CHIP = { width: 184, height: 30 };
const HEAD = 52;
const PADDING = 12;
const GAP = 8;
const ROWS = 4;
const ABREAST = 6;
const MANY = 300;
const LAYERS = 28;
const BESIDE = 28;

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
  const rows = isShards ? Math.ceil(boxes.length / Math.max(ABREAST, Math.ceil(Math.sqrt(4 * boxes.length)))) : Math.max(ROWS, Math.ceil(Math.sqrt(boxes.length * (CHIP.width / CHIP.height))));
  const columns = [];
  for (let from = 0; from < boxes.length; from += rows) columns.push(boxes.slice(from, from + rows));
  return columns;
}

function outermost(id) {
  return ancestors(id)[0] ?? id;
}

function arrange() {
  const roots = contents("").map((node) => ({ id: node.id, ...measure(node) }));
  const graph = roots.length > MANY ? inRows(roots) : layered(roots);
  const boxes = new Map();
  for (const root of roots) {
    const { x, y } = graph.node(root.id);
    place(root, x - root.width / 2, y - root.height / 2, boxes);
  }
  return { boxes, lines: lines(graph) };
}

function layered(roots) {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: "TB", nodesep: BESIDE, edgesep: BESIDE / 2, ranksep: LAYERS });
  for (const { id, width, height } of roots) graph.setNode(id, { width, height });
  for (const { source, target } of lineage.edges) {
    if (outermost(source) !== outermost(target)) graph.setEdge(outermost(source), outermost(target), {});
  }
  dagre.layout(graph);
  return graph;
}

// A row for each place in the pipeline, with straight ways between them; answers as dagre's graph does.
function inRows(roots) {
  const centres = new Map();
  let top = 0;
  const rows = Map.groupBy(roots, (root) => nodes.get(root.id).number ?? 0);
  for (const [, row] of [...rows].sort(([one], [other]) => one - other)) {
    let left = -row.reduce((sum, root) => sum + root.width + BESIDE, 0) / 2;
    for (const root of row) {
      centres.set(root.id, { x: left + root.width / 2, y: top + root.height / 2 });
      left += root.width + BESIDE;
    }
    top += Math.max(...row.map((root) => root.height)) + LAYERS;
  }
  return { node: (id) => centres.get(id), edge: () => undefined };
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

// Of a way that passes a layer. Without its ends, on the borders; a way to the next layer needs none.
function bends(graph, { source, target }) {
  const points = graph.edge(outermost(source), outermost(target))?.points ?? [];
  return points.length > 3 ? points.slice(1, -1) : [];
}

// Bends as cytoscape wants them: how far along and how far beside the straight line from centre to centre.
function alongAndBeside(from, to, bend) {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const [px, py] = [bend.x - from.x, bend.y - from.y];
  const length = Math.hypot(dx, dy) || 1;
  return [(px * dx + py * dy) / (length * length), (py * dx - px * dy) / length];
}
