
"use strict";
// Sorting, filtering and saving of tables, folded code, and folded lines that open when a link leads to them.
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
    const button = make("button", { type: "button", className: "all" }, "Show all code");
    button.addEventListener("click", () => {
      const open = !codes.every(code => code.open);
      codes.forEach(code => { code.open = open; });
      button.textContent = open ? "Hide all code" : "Show all code";
    });
    (document.querySelector(".contents") ?? document.querySelector("main")).append(button);
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

  // What is folded is printed too, code aside.
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = all("details:not([open]):not(.code, .setup, .messages, .files)");
    folded.forEach(fold => { fold.open = true; });
  });
  addEventListener("afterprint", () => folded.forEach(fold => { fold.open = false; }));

  // A region that does not scroll needs no stop for the keyboard.
  const settle = () => all(".scroll").forEach(region => {
    if (region.scrollWidth > region.clientWidth) region.tabIndex = 0; else region.removeAttribute("tabindex");
  });
  addEventListener("resize", settle);
  settle();
  if (innerWidth < 992) all(".contents details").forEach(fold => { fold.open = false; });
})();
