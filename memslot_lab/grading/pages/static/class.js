// Sort a table by the column whose head is pressed; pressed again, the other way round.
const order = new Intl.Collator(undefined, { numeric: true });
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells];
  const body = table.tBodies[0];
  const sortBy = (column) => {
    const downward = heads[column].getAttribute("aria-sort") === "ascending";
    heads.forEach((head) => head.removeAttribute("aria-sort"));
    heads[column].setAttribute("aria-sort", downward ? "descending" : "ascending");
    const key = (row) => row.cells[column].dataset.key ?? row.cells[column].textContent;
    const compare = (a, b) => {
      const [one, other] = [key(a), key(b)];
      return one !== "" && other !== "" && !isNaN(one) && !isNaN(other) ? one - other : order.compare(one, other);
    };
    const rows = [...body.rows].sort((a, b) => (downward ? compare(b, a) : compare(a, b)));
    body.append(...rows);
  };
  heads.forEach((head, column) => head.querySelector("button")?.addEventListener("click", () => sortBy(column)));
}
