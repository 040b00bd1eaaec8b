
// What a reader takes away: tables as .xlsx and LaTeX, figures as SVG and PNG, findings as text. Nothing is fetched.
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const cells = row => [...row.cells].map(cell => cell.dataset.v ?? cell.textContent.trim());
  const numeric = text => text !== "" && isFinite(text);
  const rowsOf = table => [all("thead th", table).map(head => head.dataset.c ?? head.textContent.trim()), ...[...table.tBodies[0].rows].map(cells)];

  function button(label, about, act) {
    const made = document.createElement("button"), hidden = document.createElement("span");
    Object.assign(hidden, { className: "vh", textContent: `: ${about}` });
    Object.assign(made, { type: "button" }).append(label, hidden);
    made.addEventListener("click", () => act(made));
    return made;
  }

  function give(content, type, name) {
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(new Blob([content], { type })), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  // An .xlsx is a zip of XML; its texts are cells of text, which nothing runs.
  const checksums = Uint32Array.from({ length: 256 }, (_, n) => { for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1; return n; });
  const checksum = bytes => ~bytes.reduce((sum, byte) => checksums[(sum ^ byte) & 255] ^ (sum >>> 8), ~0) >>> 0;
  const pack = fields => Uint8Array.from(fields.flatMap(([size, value]) => Array.from({ length: size }, (_, k) => (value >>> (8 * k)) & 255)));

  function zip(files) {
    const encoder = new TextEncoder(), parts = [], index = [];
    let offset = 0;
    for (const [path, text] of Object.entries(files)) {
      const name = encoder.encode(path), body = encoder.encode(text);
      const entry = pack([[2, 20], [2, 0], [2, 0], [2, 0], [2, 33], [4, checksum(body)], [4, body.length], [4, body.length], [2, name.length], [2, 0]]);
      index.push(pack([[4, 0x02014b50], [2, 20]]), entry, pack([[2, 0], [2, 0], [2, 0], [4, 0], [4, offset]]), name);
      parts.push(pack([[4, 0x04034b50]]), entry, name, body);
      offset += 30 + name.length + body.length;
    }
    const size = index.reduce((sum, part) => sum + part.length, 0), n = Object.keys(files).length;
    return new Blob([...parts, ...index, pack([[4, 0x06054b50], [2, 0], [2, 0], [2, n], [2, n], [4, size], [4, offset], [2, 0]])]);
  }

  const escaped = text => text.replace(/[&<>]/g, sign => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[sign]);
  function xlsx(table) {
    const scheme = "http" + "://schemas.openxmlformats.org/", head = '<?xml version="1.0" encoding="UTF-8"?>';
    const office = `${scheme}officeDocument/2006/relationships`, packaged = `${scheme}package/2006/`, main = `${scheme}spreadsheetml/2006/main`;
    const kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.";
    const related = (what, target) => `${head}<Relationships xmlns="${packaged}relationships"><Relationship Id="r1" Type="${office}/${what}" Target="${target}"/></Relationships>`;
    const cell = text => (numeric(text) ? `<c><v>${+text}</v></c>` : `<c t="inlineStr"><is><t xml:space="preserve">${escaped(text)}</t></is></c>`);
    return zip({
      "[Content_Types].xml": `${head}<Types xmlns="${packaged}content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="${kind}sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${kind}worksheet+xml"/></Types>`,
      "_rels/.rels": related("officeDocument", "xl/workbook.xml"),
      "xl/workbook.xml": `${head}<workbook xmlns="${main}" xmlns:r="${office}"><sheets><sheet name="table" sheetId="1" r:id="r1"/></sheets></workbook>`,
      "xl/_rels/workbook.xml.rels": related("worksheet", "worksheets/sheet1.xml"),
      "xl/worksheets/sheet1.xml": `${head}<worksheet xmlns="${main}"><sheetData>${rowsOf(table).map(row => `<row>${row.map(cell).join("")}</row>`).join("")}</sheetData></worksheet>`,
    });
  }

  const signs = { "\\": "\\textbackslash{}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}", "<": "\\textless{}", ">": "\\textgreater{}" };
  const tex = text => text.replace(/\s+/g, " ").replace(/[\\~^<>&%$#_{}]/g, sign => signs[sign] ?? `\\${sign}`);
  function latex(table) {
    const [names, ...rows] = rowsOf(table), line = row => `${row.join(" & ")} \\\\`;
    const columns = names.map((_, k) => (rows.every(row => !row[k] || numeric(row[k])) ? "r" : "l")).join("");
    const shown = text => (numeric(text) ? `${+(+text).toPrecision(4)}` : tex(text));
    return [`% \\usepackage{booktabs, longtable}; ${table.caption.textContent.trim().replace(/\s+/g, " ")}`, `\\begin{longtable}{${columns}}`, "\\toprule", line(names.map(tex)), "\\midrule", "\\endhead",
      ...rows.map(row => line(row.map(shown))), "\\bottomrule", "\\end{longtable}", ""].join("\n");
  }

  all("table[data-name]").filter(table => table.tBodies[0]?.rows.length).forEach(table => {
    const tools = (table.closest(".scroll") ?? table).nextElementSibling, name = table.dataset.name, about = table.caption.textContent;
    if (!tools?.matches(".tools")) return;
    tools.append(
      button("Excel", about, () => give(xlsx(table), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", `${name}.xlsx`)),
      button("LaTeX", about, () => give(latex(table), "text/x-tex", `${name}.tex`)));
  });

  const dress = (element, values) => { for (const [name, value] of Object.entries(values)) element.setAttribute(name, value); };
  // A figure by itself, its panels three in a row: dark on white, whatever the page is, and without links into it.
  function standalone(svgs) {
    const [, , w, h] = svgs[0].getAttribute("viewBox").split(/[\s,]+/).map(Number), columns = Math.min(svgs.length, 3);
    const whole = document.createElementNS(svgs[0].namespaceURI, "svg"), width = w * columns, height = h * Math.ceil(svgs.length / columns);
    dress(whole, { width, height, viewBox: `0 0 ${width} ${height}`, color: "#1b1f23", "font-family": "Helvetica, Arial, sans-serif" });
    svgs.forEach((svg, n) => {
      const copy = svg.cloneNode(true);
      dress(copy, { x: w * (n % columns), y: h * Math.floor(n / columns), width: w, height: h });
      all("a", copy).forEach(link => link.replaceWith(...link.childNodes));
      whole.append(copy);
    });
    return { text: new XMLSerializer().serializeToString(whole), width, height };
  }

  function paint(svgs, name, scale = 3) {
    const { text, width, height } = standalone(svgs), image = new Image();
    image.onload = () => {
      const canvas = Object.assign(document.createElement("canvas"), { width: width * scale, height: height * scale }), pen = canvas.getContext("2d");
      pen.fillStyle = "#fff";
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.drawImage(image, 0, 0, canvas.width, canvas.height);
      canvas.toBlob(blob => give(blob, "image/png", name));
    };
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  }

  all("figure").forEach((figure, k) => {
    const svgs = all("svg[viewBox]", figure), about = figure.querySelector("figcaption")?.textContent ?? "";
    if (!svgs.length) return;
    const tools = Object.assign(document.createElement("div"), { className: "tools" }), name = `figure-${k + 1}`;
    tools.append(
      button("SVG", about, () => give(standalone(svgs).text, "image/svg+xml", `${name}.svg`)),
      button("PNG", about, () => paint(svgs, `${name}.png`)));
    (svgs.at(-1).closest(".scroll, .panels") ?? svgs.at(-1)).after(tools);
  });

  async function copyText(text) {
    try { await navigator.clipboard.writeText(text); return true; } catch {
      const field = Object.assign(document.createElement("textarea"), { value: text });
      document.body.append(field);
      field.select();
      const copied = document.execCommand("copy");
      field.remove();
      return copied;
    }
  }

  all(".findings li").forEach(item => {
    const text = item.textContent.trim();
    const copy = button("Copy", text, async made => {
      made.firstChild.textContent = (await copyText(text)) ? "Copied" : "Select the sentence and copy it";
      setTimeout(() => { made.firstChild.textContent = "Copy"; }, 2000);
    });
    copy.className = "copy";
    item.append(" ", copy);
  });
})();
