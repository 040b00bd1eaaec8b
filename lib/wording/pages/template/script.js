
"use strict";
// Sorting, filtering and saving of tables, a choice of figures and of outlets, and folded lines that open when a link leads to them.
// Without this script the page is whole: it only adds to what is there.
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const make = (tag, properties, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };
  const named = head => head.dataset.c ?? head.textContent.trim().toLowerCase();
  const value = cell => cell.dataset.v ?? cell.textContent.trim();
  // What stands beside a node is sorted by the words from the node outwards.
  const key = cell => {
    if (!cell.closest(".kwic") || ![0, 2].includes(cell.cellIndex)) return value(cell);
    const words = value(cell).toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
    return (cell.cellIndex ? words : words.reverse()).join(" ");
  };
  const numeric = text => text !== "" && isFinite(text);

  // Nothing stands below everything else, whichever way the column is sorted.
  const compare = (a, b, sign) =>
    a === b ? 0 : a === "" ? 1 : b === "" ? -1
      : sign * (numeric(a) && numeric(b) ? a - b : a.localeCompare(b, document.documentElement.lang));

  function sortable(table) {
    const heads = all("thead th", table);
    heads.forEach((head, column) => {
      const button = make("button", { type: "button" }, ...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const first = head.classList.contains("n") ? "descending" : "ascending";
        const second = first === "ascending" ? "descending" : "ascending";
        const order = head.getAttribute("aria-sort") === first ? second : first;
        heads.forEach(other => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", order);
        const sign = order === "ascending" ? 1 : -1;
        const body = table.tBodies[0];
        body.append(...[...body.rows].sort((a, b) => compare(key(a.cells[column]), key(b.cells[column]), sign)));
      });
    });
  }

  // One choice among the values of a column.
  function chooser(rows, head, column) {
    const values = [...new Set(rows.map(row => value(row.cells[column])))].sort((a, b) => a.localeCompare(b));
    const select = make("select", {}, make("option", { value: "" }, `${head.textContent}: all`), ...values.map(text => make("option", {}, text)));
    select.setAttribute("aria-label", `Show only one: ${head.textContent}`);
    return { select, admits: row => !select.value || value(row.cells[column]) === select.value };
  }

  function filter(items, label, noun, choosers = []) {
    const input = make("input", { type: "search", placeholder: "Filter" });
    input.setAttribute("aria-label", label);
    const status = make("span", { role: "status" });
    status.setAttribute("role", "status");
    const apply = () => {
      const wanted = input.value.trim().toLowerCase();
      items.forEach(item => { item.hidden = !item.textContent.toLowerCase().includes(wanted) || !choosers.every(choice => choice.admits(item)); });
      const shown = items.filter(item => !item.hidden).length;
      status.textContent = wanted || choosers.some(choice => choice.select.value) ? `${shown} of ${items.length} ${noun}` : "";
    };
    [input, ...choosers.map(choice => choice.select)].forEach(control => control.addEventListener("input", apply));
    return [...choosers.map(choice => choice.select), input, status];
  }

  // A spreadsheet would run a cell that begins like a formula (files.py: guard_formula).
  const formula = "(?!-?\\d+(?:\\.\\d+)?(?:e[-+]?\\d+)?(?:[;\\t\\r\\n]|$))(?='*[=+\\-@\\t\\r\\uff1d\\uff0b\\uff0d\\uff20])";
  const inside = new RegExp(`[;\\t\\r\\n]${formula}`, "g"), atStart = new RegExp(`^${formula}`);
  const guarded = text => (numeric(text) ? text : text.replace(inside, "$&'").replace(atStart, "'"));
  const quoted = text => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

  function save(table) {
    const names = all("thead th", table).map(named);
    const rows = [...table.tBodies[0].rows].map(row => [...row.cells].map(value));
    const text = [names, ...rows].map(row => row.map(cell => quoted(guarded(cell))).join(",")).join("\r\n") + "\r\n";
    const link = make("a", { href: URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/csv" })), download: `${table.dataset.name}.csv` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  function tools(table) {
    const rows = [...table.tBodies[0].rows];
    if (!rows.length) return;
    sortable(table);
    const caption = table.caption.textContent;
    const button = make("button", { type: "button" }, "Download CSV", make("span", { className: "vh" }, `: ${caption}`));
    button.addEventListener("click", () => save(table));
    const around = table.closest(".scroll") ?? table;
    around.after(make("div", { className: "tools" }, button));
    const columns = "choose" in table.caption.dataset ? all("thead th", table).filter(head => ["variant", "outlet", "voice"].includes(named(head))) : [];
    const choosers = columns.map(head => chooser(rows, head, head.cellIndex));
    if (rows.length > 12) around.before(make("div", { className: "tools" }, ...filter(rows, `Filter the rows of: ${caption}`, "rows", choosers)));
  }
  all("table[data-name]").forEach(tools);

  const codes = all("details.code");
  if (codes.length) {
    const show = make("button", { type: "button", className: "all" });
    const toggle = open => {
      document.body.classList.toggle("hide-code", !open);
      codes.forEach(code => { code.open = open; });
      show.textContent = open ? "Hide all code" : "Show all code";
    };
    show.addEventListener("click", () => toggle(show.textContent === "Show all code"));
    document.querySelector("main").append(show);
    toggle(false);
  }

  // One of several figures at a time; one of them is chosen.
  function choices(legend, kind, names, checked, change) {
    const inputs = names.map((name, at) => make("input", { type: kind, name: legend, checked: checked(at) }));
    const box = make("fieldset", { className: "choices" }, make("legend", {}, legend), ...names.map((name, at) => make("label", {}, inputs[at], name)));
    box.addEventListener("change", () => change(inputs));
    return { box, inputs };
  }
  all(".views").forEach(views => {
    const shown = [...views.children];
    const show = inputs => shown.forEach((view, at) => {
      view.hidden = !inputs[at].checked;
      if (view.tagName === "DETAILS") view.open = true;
    });
    const { box, inputs } = choices(views.dataset.label, "radio", shown.map(view => view.dataset.view), at => !at, show);
    views.classList.add("switched");
    views.before(box);
    show(inputs);
  });

  // Outlets: chosen in all figures, tables and lines at once; one is lit in all panels when pointed at.
  const marks = all("[data-outlet]");
  const outlets = [...new Set(marks.map(mark => mark.dataset.outlet))];
  const links = all("svg a[aria-label]");
  const ofOutlet = (link, outlet) => link.getAttribute("aria-label").startsWith(`${outlet}, `);
  const light = outlet => marks.forEach(mark => mark.classList.toggle("lit", mark.dataset.outlet === outlet && !mark.classList.contains("out")));
  if (outlets.length > 1) {
    const status = make("span", {});
    status.setAttribute("role", "status");
    const rows = all("table").flatMap(table => {
      const column = all("thead th", table).findIndex(head => named(head) === "outlet");
      return column < 0 ? [] : [...table.tBodies[0].rows].map(row => [row, value(row.cells[column])]);
    });
    const choose = inputs => {
      const wanted = new Set(outlets.filter((_, at) => inputs[at].checked));
      const out = outlet => wanted.size > 0 && outlets.includes(outlet) && !wanted.has(outlet);
      marks.forEach(mark => mark.classList.toggle("out", out(mark.dataset.outlet)));
      links.forEach(link => link.classList.toggle("out", outlets.some(outlet => out(outlet) && ofOutlet(link, outlet))));
      rows.forEach(([row, outlet]) => row.classList.toggle("out", out(outlet)));
      status.textContent = wanted.size && wanted.size < outlets.length ? `${wanted.size} of ${outlets.length} outlets shown` : "";
    };
    const { box } = choices("Only these outlets", "checkbox", outlets, () => false, choose);
    box.append(status);
    const figure = marks[0].closest("figure");
    (figure.closest(".pair, .views") ?? figure).before(box);
    const point = event => {
      const svg = event.target.closest?.("svg");
      if (!svg) return light(null);
      const link = event.target.closest("a[aria-label]");
      if (link) return light(outlets.find(outlet => ofOutlet(link, outlet)));
      const at = all("[data-outlet]", svg).find(mark => {
        const { top, bottom } = mark.getBoundingClientRect();
        return event.clientY >= top && event.clientY <= bottom;
      });
      light(at?.dataset.outlet);
    };
    addEventListener("pointermove", point);
    addEventListener("focusin", point);
  }

  const cards = all(".card");
  if (cards.length > 1) {
    document.querySelector("main").prepend(make("div", { className: "tools" }, ...filter(cards, "Filter the pages", "cards")));
  }

  function reveal() {
    let target = null;
    try { target = document.getElementById(decodeURIComponent(location.hash.slice(1))); } catch { return; }
    if (!target) return;
    all(":scope > details", target).forEach(fold => { fold.open = true; });
    for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    (target.closest("details") ?? target).scrollIntoView();
    target.focus({ preventScroll: true });
  }
  addEventListener("hashchange", reveal);
  // The same link a second time changes no address.
  addEventListener("click", event => { if (location.hash && event.target.closest?.("a")?.getAttribute("href") === location.hash) setTimeout(reveal); });
  reveal();

  // A region that does not scroll needs no stop for the keyboard.
  const settle = () => all(".scroll").forEach(region => {
    if (region.scrollWidth > region.clientWidth) region.tabIndex = 0; else region.removeAttribute("tabindex");
  });
  addEventListener("resize", settle);
  settle();
})();
