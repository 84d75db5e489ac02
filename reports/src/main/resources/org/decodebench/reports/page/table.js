// Tables: sort, filter, hide groups of columns, copy; and the marks of the speed-quality charts, which are links into the table.
(() => {
  'use strict';
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  const compare = (a, b) => {
    const x = Number(a), y = Number(b);
    if (a !== '' && b !== '' && !Number.isNaN(x) && !Number.isNaN(y)) return x - y;
    return a.localeCompare(b, 'en', { numeric: true });
  };

  function sort(table, column, direction) {
    const body = table.tBodies[0];
    const value = (row) => row.cells[column].dataset.value;
    // What is not known goes last, whichever way the rest is sorted.
    const rows = [...body.rows].sort((r, s) => {
      const a = value(r), b = value(s);
      if (a === '' || b === '') return (a === '') - (b === '');
      return direction * compare(a, b);
    });
    body.append(...rows);
    all('th', table).forEach((th, i) => {
      if (i === column) th.setAttribute('aria-sort', direction > 0 ? 'ascending' : 'descending');
      else th.removeAttribute('aria-sort');
    });
  }

  all('table.sortable').forEach((table) => all('th', table).forEach((th, column) => {
    th.querySelector('button').addEventListener('click', () => {
      const state = th.getAttribute('aria-sort');
      // Large first for numbers whose direction was not asked for yet, A first for names.
      const first = th.dataset.numeric ? -1 : 1;
      sort(table, column, state === null ? first : state === 'ascending' ? -1 : 1);
    });
  }));

  const summary = document.getElementById('summary-table');
  const filter = document.getElementById('filter');
  const points = all('.pt');
  let picked = null;

  function apply() {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const shown = new Set();
    for (const row of summary.tBodies[0].rows) {
      const text = row.textContent.toLowerCase();
      const keep = words.every((w) => text.includes(w)) && (picked === null || row.dataset.setting === picked);
      row.hidden = !keep;
      if (keep) shown.add(row.dataset.setting);
    }
    for (const point of points) {
      point.classList.toggle('dim', !shown.has(point.dataset.setting));
      point.classList.toggle('picked', point.dataset.setting === picked);
    }
  }

  if (summary && filter) {
    filter.addEventListener('input', apply);
    const pick = (point) => {
      picked = picked === point.dataset.setting ? null : point.dataset.setting;
      apply();
    };
    for (const point of points) {
      point.addEventListener('click', () => pick(point));
      point.addEventListener('keydown', (event) => {
        if (event.key === 'Enter' || event.key === ' ') {
          event.preventDefault();
          pick(point);
        }
      });
    }
    document.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && (picked !== null || filter.value !== '')) {
        picked = null;
        filter.value = '';
        apply();
      }
    });
    for (const box of all('[data-group]')) {
      box.addEventListener('change', () => all('.' + box.dataset.group, summary).forEach((cell) => cell.classList.toggle('off', !box.checked)));
    }
  }

  // --- copying: what is shown, in its order

  function cells(table, read) {
    const visible = (cell) => !cell.classList.contains('off');
    const head = [...table.tHead.rows[0].cells].filter(visible);
    const rows = [...table.tBodies[0].rows].filter((row) => !row.hidden);
    return { head, rows: rows.map((row) => [...row.cells].filter(visible).map(read)) };
  }

  function csv(table) {
    const quote = (text) => {
      // A spreadsheet would run a text that begins like a formula.
      const safe = /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? "'" + text : text;
      return /[",\n\r]/.test(safe) ? '"' + safe.replaceAll('"', '""') + '"' : safe;
    };
    const { head, rows } = cells(table, (cell) => cell.dataset.value);
    return [head.map((th) => th.dataset.name), ...rows].map((row) => row.map(quote).join(',')).join('\n') + '\n';
  }

  function markdown(table) {
    const escape = (text) => text.replaceAll('\\', '\\\\').replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('\n', ' ');
    const { head, rows } = cells(table, (cell) => {
      const note = cell.querySelector('small');
      return escape(cell.firstChild ? cell.firstChild.textContent.trim() + (note ? ' ' + note.textContent : '') : '');
    });
    const line = (row) => '| ' + row.join(' | ') + ' |';
    return [
      line(head.map((th) => escape(th.textContent.trim()))),
      line(head.map((th) => (th.dataset.numeric ? '---:' : '---'))),
      ...rows.map(line),
    ].join('\n') + '\n';
  }

  async function copy(text) {
    const said = document.getElementById('copied');
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = document.createElement('textarea');
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand('copy');
      area.remove();
    }
    said.textContent = 'copied';
    setTimeout(() => { said.textContent = ''; }, 2000);
  }

  document.getElementById('copy-csv')?.addEventListener('click', () => copy(csv(summary)));
  document.getElementById('copy-markdown')?.addEventListener('click', () => copy(markdown(summary)));
})();
