// Making elements and writing figures. Everything from the job is set as text, never as markup.

function element(name, options = {}, ...children) {
  const { text, data = {}, ...properties } = options;
  const made = Object.assign(document.createElement(name), properties);
  if (text !== undefined) made.textContent = text;
  Object.assign(made.dataset, data);
  made.append(...children.flat(Infinity).filter((child) => child !== null));
  return made;
}

function button(text, act, options = {}) {
  const made = element("button", { type: "button", text, ...options });
  made.addEventListener("click", act);
  return made;
}

function table(headings, lines) {
  const cell = (content) => element("td", {}, content instanceof Node ? content : String(content));
  const head = element("tr", {}, headings.map((text) => element("th", { text, scope: "col" })));
  const body = lines.map((line) => element("tr", {}, line.map(cell)));
  return element("table", {}, element("thead", { hidden: !headings.some(Boolean) }, head), element("tbody", {}, body));
}

function section(title, headings, lines) {
  return lines.length ? [element("h3", { text: title }), table(headings, lines)] : [];
}

function announce(text) {
  document.getElementById("announcement").textContent = text;
}

function filmTime(seconds) {
  const all = Math.round(seconds * 1000);
  const two = (number) => String(number).padStart(2, "0");
  const rest = String(all % 1000).padStart(3, "0");
  return `${two(Math.floor(all / 3600000))}:${two(Math.floor(all / 60000) % 60)}:${two(Math.floor(all / 1000) % 60)}.${rest}`;
}

// Film time within its hour.
function withinHour(seconds) {
  return filmTime(seconds).slice(3);
}

function duration(seconds) {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${Math.round(seconds % 60)} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function bytes(count) {
  const units = ["B", "KiB", "MiB", "GiB"];
  let unit = 0;
  for (; count >= 1024 && unit < 3; unit++) count /= 1024;
  return `${unit ? count.toFixed(1) : count} ${units[unit]}`;
}

function short(digest) {
  return element("code", { text: digest.slice(0, 12), title: digest });
}
