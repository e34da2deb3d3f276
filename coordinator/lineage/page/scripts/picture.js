// The picture: drawn anew whenever something is expanded, lit when a way is followed, walked with the arrow keys.

const STILL = matchMedia("(prefers-reduced-motion: reduce)");
const MARGIN = 24;
const READABLE = 0.6;
const pane = document.getElementById("picture");
const picture = cytoscape({
  container: pane,
  style: pictureStyle(),
  layout: { name: "preset" },
  minZoom: 0.05,
  maxZoom: 3,
  autoungrabify: true,
  autounselectify: true,
  boxSelectionEnabled: false,
});
const marked = { chosen: "", focused: "", way: new Set(), edges: new Set(), found: new Set() };

function drawn(node, box) {
  const data = { id: node.id, label: cardLabel(node), width: box.width, height: box.height, margin: 14 - box.width, room: box.width - 24 };
  return { group: "nodes", data, position: { x: box.x, y: box.y }, classes: classesOf(node) };
}

function cardLabel(node) {
  if (node.kind === "original") return `≡ ${jobOf(node)}`;
  if (node.kind === "stage") return `${String(node.number).padStart(2, "0")}  ${node.label}`;
  return node.status === "MISSING" && node.parent ? `! ${node.label}` : node.label;
}

function classesOf(node) {
  const classes = [node.kind, node.status];
  if (node.folder) classes.push("step");
  if (!node.parent) classes.push("card");
  if (node.kind === "file" && !node.parent) classes.push("outside");
  if (isOpen(node.id)) classes.push("open");
  return classes;
}

// The second line of a card: how it ended, how long it took, and whether there is more in it.
function caption(node, box) {
  const more = contents(node.id).length ? (isOpen(node.id) ? "▾" : "▸") : "";
  const [x, y] = [box.x, box.y - box.height / 2 + 33.5];
  const data = { id: `caption:${node.id}`, label: `${subtitle(node)}  ${more}`, width: box.width, height: 16, margin: 14 - box.width, room: box.width - 20 };
  return { group: "nodes", data, position: { x, y }, classes: ["caption", node.status, node.kind] };
}

function subtitle(node) {
  if (!node.folder) return `${node.kind === "film" ? "film" : node.status === "MISSING" ? "! missing" : "came with it"} · ${bytes(node.size_bytes)}`;
  return node.status === "SUCCEEDED" && !node.shards && node.seconds !== null ? `${statusText(node)} · ${duration(node.seconds)}` : statusText(node);
}

function drawnLine(line, boxes) {
  const [from, to] = [boxes.get(line.source), boxes.get(line.target)];
  const inner = Boolean(nodes.get(line.source).parent) && nodes.get(line.source).kind === "file";
  const leaving = inner ? { x: from.x + from.width / 2 + LAYERS / 2, y: from.y } : { x: from.x, y: from.y + from.height / 2 + LAYERS / 2 };
  const arriving = { x: to.x, y: to.y - to.height / 2 - LAYERS / 2 };
  const bends = [leaving, ...line.bends, arriving].map((bend) => alongAndBeside(from, to, bend));
  const data = { id: line.id, source: line.source, target: line.target, edges: line.edges };
  data.weights = bends.map(([along]) => along);
  data.distances = bends.map(([, beside]) => beside);
  return { group: "edges", data, classes: [inner ? "inner" : "", line.bends.length ? "far" : ""] };
}

function draw() {
  const { boxes, lines } = arrange();
  const visible = [...boxes].map(([id, box]) => [nodes.get(id), box]);
  const cards = visible.filter(([node]) => node.folder || !node.parent);
  picture.batch(() => {
    picture.elements().remove();
    picture.add([
      ...visible.map(([node, box]) => drawn(node, box)),
      ...cards.map(([node, box]) => caption(node, box)),
      ...lines.map((line) => drawnLine(line, boxes)),
    ]);
  });
  mark();
}

function mark() {
  const way = new Set([...marked.way].map(shown));
  const found = new Set([...marked.found].map(shown));
  picture.batch(() => {
    picture.elements().removeClass("chosen focused lit dim found near");
    picture.nodes().forEach((node) => markNode(node, way, found));
    picture.edges().forEach(markLine);
  });
}

function markNode(node, way, found) {
  const id = node.id().replace(/^caption:/, "");
  node.toggleClass("dim", marked.way.size > 0 && !way.has(id));
  if (node.hasClass("caption")) return;
  node.toggleClass("lit", way.has(id));
  node.toggleClass("found", found.has(id));
  node.toggleClass("chosen", id === marked.chosen);
  node.toggleClass("focused", id === marked.focused && document.activeElement === pane);
}

function markLine(line) {
  const onWay = line.data("edges").some((edge) => marked.edges.has(edgeKey(edge.source, edge.target)));
  line.toggleClass("lit", onWay);
  line.toggleClass("dim", marked.way.size > 0 && !onWay);
  line.toggleClass("near", Boolean(marked.chosen) && [line.data("source"), line.data("target")].includes(marked.chosen));
}

// Chooses a node, or none with "", and follows no way any more.
function choose(id) {
  marked.way = marked.edges = new Set();
  for (const ancestor of id ? ancestors(id) : []) expanded.add(ancestor);
  const redraw = id && picture.getElementById(id).empty();
  marked.chosen = marked.focused = id;
  if (redraw) draw();
  else mark();
  if (id) bringIntoView([id]);
}

function lightWay({ nodes: ids, edges }) {
  marked.way = new Set(ids);
  marked.edges = new Set(edges.map(([source, target]) => edgeKey(source, target)));
  marked.chosen = "";
  mark();
  bringIntoView([...marked.way].map(shown));
}

function toggle(id, open = !expanded.has(id)) {
  if (!contents(id).length) return;
  const before = picture.getElementById(id).renderedPosition();
  if (open) expanded.add(id);
  else expanded.delete(id);
  draw();
  const after = picture.getElementById(id).renderedPosition();
  if (before && after) picture.panBy({ x: before.x - after.x, y: before.y - after.y });
  bringIntoView([id]);
  announce(`${fullName(id)} ${open ? "expanded" : "collapsed"}`);
}

function expandAll(open) {
  expanded.clear();
  if (open) for (const node of lineage.nodes) if (contents(node.id).length) expanded.add(node.id);
  draw();
  fit();
}

function move(view) {
  picture.stop();
  if (STILL.matches) picture.viewport({ zoom: picture.zoom(), pan: picture.pan(), ...view });
  else picture.animate({ ...view, duration: 160, easing: "ease-out" });
}

// The whole picture, but never larger than is good to read.
function fit() {
  const box = picture.elements().boundingBox();
  const [width, height] = [picture.width() - 2 * MARGIN, picture.height() - 2 * MARGIN];
  const zoom = Math.max(Math.min(width / box.w, height / box.h, 1), picture.minZoom());
  picture.stop();
  picture.viewport({ zoom, pan: {
    x: (picture.width() - zoom * (box.x1 + box.x2)) / 2,
    y: box.h * zoom > height ? MARGIN - zoom * box.y1 : (picture.height() - zoom * (box.y1 + box.y2)) / 2,
  } });
}

// The whole picture, or its beginning where that would be too small to read, as on a phone.
function start() {
  fit();
  if (picture.zoom() >= READABLE || !firstNode()) return;
  const { x, y } = picture.getElementById(firstNode()).position();
  picture.viewport({ zoom: READABLE, pan: { x: picture.width() / 2 - READABLE * x, y: 2 * MARGIN - READABLE * y } });
}

function firstNode() {
  return lineage.nodes.find((node) => node.kind === "film")?.id ?? lineage.nodes[0]?.id ?? "";
}

function bringIntoView(ids) {
  const wanted = ids.map((id) => picture.getElementById(id)).filter((node) => node.nonempty());
  if (!wanted.length) return;
  const box = picture.collection(wanted).renderedBoundingBox({ includeOverlays: false });
  const [dx, dy] = [inside(box.x1, box.x2, picture.width()), inside(box.y1, box.y2, picture.height())];
  if (dx || dy) move({ pan: { x: picture.pan().x + dx, y: picture.pan().y + dy } });
}

// How far to push a stretch so that it lies within 0 and `length`, its beginning above all.
function inside(from, to, length) {
  if (from < MARGIN) return MARGIN - from;
  return to > length - MARGIN ? Math.max(length - MARGIN - to, MARGIN - from) : 0;
}

function zoom(factor) {
  const level = Math.min(Math.max(picture.zoom() * factor, picture.minZoom()), picture.maxZoom());
  picture.zoom({ level, renderedPosition: { x: picture.width() / 2, y: picture.height() / 2 } });
}

// The nearest node in a direction: what lies straight ahead comes before what is closer and aside.
function neighbour(id, [dx, dy]) {
  const from = picture.getElementById(id).position();
  const distance = (node) => {
    const [x, y] = [node.position("x") - from.x, node.position("y") - from.y];
    const ahead = x * dx + y * dy;
    return ahead > 1 ? ahead + 2.5 * Math.abs(x * dy - y * dx) : Infinity;
  };
  const others = picture.nodes().filter((node) => !node.hasClass("caption") && node.id() !== id && distance(node) < Infinity);
  return others.min(distance).ele?.id() ?? id;
}

function focusNode(id) {
  marked.focused = id;
  mark();
  bringIntoView([id]);
  const node = nodes.get(id);
  const more = contents(id).length ? `, holds ${contents(id).length}, ${isOpen(id) ? "expanded" : "collapsed"}` : "";
  announce(`${fullName(id)}${node.folder ? `, ${statusText(node)}` : ""}${more}`);
}
