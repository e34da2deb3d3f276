// A step, a file or the film: what the manifests say of it.

const details = document.getElementById("details");
const PHASES = [["queued", "queued_seconds"], ["fetching inputs", "fetch_seconds"], ["loading models", "load_seconds"],
  ["computing", "compute_seconds"], ["storing outputs", "store_seconds"]];

function show(...content) {
  details.replaceChildren(...content.flat(Infinity).filter((child) => child !== null));
  details.scrollTop = 0;
}

function showWelcome() {
  show(element("h2", { text: "How to read this" }),
    element("p", { text: "The film is at the top. Each card is a stage; an arrow says that a stage took what another made." }),
    element("p", { text: "Choose a stage to see what its manifest says, and choose it again to see its files. Choose a cue to see its way back to the film: the words, who spoke them, what was recognised, where speech was found, which samples." }));
}

function showNode(id) {
  const node = nodes.get(id);
  if (lineage.steps[id]) showStep(id);
  else if (node.shards) showShards(node);
  else showFile(node);
  announce(`${fullName(id)}: details shown`);
}

function heading(node, title, status) {
  const open = isOpen(node.id);
  const toggler = contents(node.id).length
    ? button(open ? "Collapse" : "Expand", () => { toggle(node.id); showNode(node.id); }, { className: "toggle", ariaExpanded: String(open) })
    : null;
  return element("div", { className: "heading" }, element("h2", { text: title }), status ? badge(status) : null, toggler);
}

function link(id, text) {
  return button(text, () => openNode(id), { className: "link" });
}

function showShards(node) {
  const lines = contents(node.id).map((shard) => [link(shard.id, shard.folder), badge(shard.status), shard.seconds === null ? "" : duration(shard.seconds)]);
  show(heading(node, node.folder, node.status), section("Shards", ["shard", "status", "time"], lines));
}

function showFile(node) {
  const lines = [["size", bytes(node.size_bytes)], ["media type", node.media_type], ["digest", element("code", { text: node.digest })]];
  if (node.kind === "original") lines.splice(0, 3, ["manifest", element("code", { text: node.digest })], ["key", element("code", { text: node.label })]);
  if (node.status === "MISSING") lines.unshift(["", badge("MISSING")]);
  const maker = node.parent ? [["made by", link(node.parent, nodes.get(node.parent).folder)]] : [];
  const taken = takers(node.id).map((edge) => [link(edge.target, nodes.get(edge.target).folder), edge.role]);
  const title = { film: "Film: ", original: "Taken over from " }[node.kind] ?? "";
  show(heading(node, `${title}${node.kind === "original" ? jobOf(node) : node.label}`, ""),
    node.kind === "original" ? table(["", ""], lines) : table(["", ""], [...maker, ...lines]),
    section("Taken by", ["step", "as"], taken));
}

function showStep(id) {
  const [node, step] = [nodes.get(id), lineage.steps[id]];
  const manifest = step.manifest;
  const title = heading(node, node.folder, node.status);
  if (!manifest) {
    show(title, element("p", { text: step.problem || "No attempt at this step has ended." }), attempts(step));
    return;
  }
  show(title,
    element("p", { className: "hint" }, `attempt ${manifest.attempt} · ${manifest.times.started.slice(0, 19).replace("T", " ")} UTC · manifest `, short(step.digest)),
    manifest.reused ? element("p", { text: `Took over what ${manifest.reused.uri.split("/")[1] ?? "another job"} had done with the same inputs, settings and models.` }) : null,
    manifest.skip_reason ? element("p", { text: `Skipped: ${manifest.skip_reason}` }) : null,
    notices("Errors", "bad", manifest.errors),
    notices("Warnings", "warning", manifest.warnings),
    attempts(step),
    timeBar(manifest.times),
    section("Settings", ["name", "value", "from"], settings(manifest)),
    section("Models", ["name", "revision", "licence", "digest"], manifest.models.map((model) => [model.name, model.revision, model.licence, short(model.digest)])),
    section("Inputs", ["role", "made by", "size", "digest"], manifest.inputs.map((input) => [input.role, maker(input.origin), ...about(input.artifact)])),
    section("Outputs", ["role", "file", "size", "digest"], manifest.outputs.map((output) => [output.role, output.file_name, ...about(output.artifact)])),
    section("Intermediates", ["file", "kept", "size", "digest"], manifest.intermediates.map((file) => [file.file_name, file.retained ? "yes" : "no", ...about(file.artifact)])),
    section("Logs", ["name", "size", "digest"], manifest.logs.map((log) => [log.name, ...about(log.artifact)])),
    section("Resources", ["", ""], resources(manifest)),
    wholeManifest(manifest));
}

function about(artifact) {
  return [bytes(artifact.size_bytes), short(artifact.digest)];
}

function settings(manifest) {
  const text = (value) => (typeof value === "string" ? value : JSON.stringify(value));
  return Object.entries(manifest.settings).map(([name, setting]) => [name, text(setting.value), setting.source]);
}

function maker(origin) {
  if (!origin) return "from outside";
  const id = makers.get(origin.manifest);
  return id ? link(id, nodes.get(id).folder) : `manifest ${origin.manifest.slice(0, 12)}, missing`;
}

function notices(title, kind, found) {
  const lines = found.map((notice) => element("p", { className: `notice ${kind}` }, element("code", { text: notice.code }), ` ${notice.message}`,
    notice.exception_type ? element("small", { text: notice.exception_type }) : null));
  return lines.length ? [element("h3", { text: title }), ...lines] : [];
}

function attempts(step) {
  if (step.attempts.length < 2) return [];
  const said = (attempt) => attempt.errors.map((error) => `${error.code} ${error.message}`).join("; ") || attempt.problem;
  return section("Attempts", ["attempt", "status", "what it said", "manifest"],
    step.attempts.map((attempt) => [attempt.attempt, badge(attempt.status), said(attempt), short(attempt.digest)]));
}

function timeBar(times) {
  const spent = PHASES.map(([name, field], place) => ({ name, place, seconds: times[field] })).filter((phase) => phase.seconds);
  const total = spent.reduce((sum, phase) => sum + phase.seconds, 0);
  if (!total) return [];
  const parts = spent.map((phase) => {
    const part = element("i", { className: `time-${phase.place}` });
    part.style.width = `${(100 * phase.seconds) / total}%`;
    return part;
  });
  const keys = spent.map((phase) => element("span", { className: `key-${phase.place}`, text: `${phase.name} ${duration(phase.seconds)}` }));
  return [element("h3", { text: "Where the time went" }), element("div", { className: "bar" }, parts), element("p", { className: "legend" }, keys)];
}

function resources({ throughput, resources: used, host, code, trace_id: trace }) {
  const lines = [];
  if (throughput) lines.push(["media", `${duration(throughput.media_seconds)}, real-time factor ${throughput.real_time_factor}`]);
  if (used) lines.push(["CPU", duration(used.cpu_seconds)], ["peak memory", bytes(used.peak_memory_bytes)]);
  if (used?.peak_gpu_memory_bytes) lines.push(["peak GPU memory", bytes(used.peak_gpu_memory_bytes)]);
  lines.push(["host", [host.node, host.operating_system, host.cpu, ...host.accelerators].filter(Boolean).join(", ")]);
  lines.push(["code", `${code.version} ${code.commit.slice(0, 12)}${code.dirty ? ", changed since" : ""}`]);
  if (trace) lines.push(["trace", trace]);
  return lines;
}

function wholeManifest(manifest) {
  return element("details", {}, element("summary", { text: "The whole manifest" }), element("pre", { text: JSON.stringify(manifest, null, 2) }));
}
