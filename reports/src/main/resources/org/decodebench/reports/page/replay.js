// Replay: recorded commit events drawn as they happened. What a pane shows is a function of time alone, so the scrubber can go anywhere.
(() => {
  'use strict';
  const source = document.getElementById('replay-data');
  if (!source) return;
  const data = JSON.parse(source.textContent);
  const element = (name, css, text) => {
    const e = document.createElement(name);
    if (css) e.className = css;
    if (text !== undefined) e.textContent = text;
    return e;
  };
  const ms = (t) => (t >= 1000 ? (t / 1000).toFixed(2) + ' s' : t >= 10 ? t.toFixed(0) + ' ms' : t.toFixed(2) + ' ms');

  class Pane {
    constructor(decode) {
      this.decode = decode;
      this.root = element('section', 'pane f' + decode.family);
      this.root.dataset.setting = decode.id;
      this.root.append(element('h3', '', decode.name));
      this.stat = element('p', 'stat');
      const out = element('p', 'out');
      out.append(element('span', 'prompt', decode.prompt));
      this.text = element('span', 'generated');
      out.append(this.text);
      this.root.append(this.stat, out);
      this.reset();
    }

    reset() {
      this.next = 0;
      this.time = -1;
      this.cells = [];
      this.drafts = new Map();
      this.text.replaceChildren();
      if (this.decode.whole) this.reach(this.decode.canvas - 1);
    }

    // Cells up to a position exist; on a canvas the undecided ones are boxes.
    reach(position) {
      while (this.cells.length <= position) {
        const node = element('span', this.decode.whole ? 'cell mask' : 'cell');
        this.cells.push({ node, piece: null });
        this.text.append(node);
      }
    }

    // Ends what the event before left on show: flashes, and drafts that came to nothing.
    settle() {
      for (const cell of this.cells) {
        if (cell.piece !== null) this.show(cell, 'cell');
        else if (cell.node.textContent !== '') this.show(cell, this.decode.whole ? 'cell mask' : 'cell');
      }
    }

    show(cell, css, text = cell.piece ?? '') {
      cell.node.className = css;
      cell.node.textContent = text;
    }

    apply(event) {
      this.settle();
      if (event.k === 'd') {
        this.drafts = new Map(event.p.map((piece, i) => [event.f + i, piece]));
        for (const [position, piece] of this.drafts) {
          this.reach(position);
          this.show(this.cells[position], 'cell draft', piece);
        }
      } else if (event.k === 'c') {
        event.a.forEach((position, i) => {
          this.reach(position);
          const cell = this.cells[position];
          const drafted = this.drafts.get(position);
          cell.piece = event.p[i];
          if (drafted === undefined) this.show(cell, event.o ? 'cell over' : 'cell fresh');
          else if (drafted === cell.piece) this.show(cell, 'cell accepted');
          else {
            this.show(cell, 'cell fresh');
            cell.node.prepend(element('s', '', drafted));
          }
          this.drafts.delete(position);
        });
        for (const [position, piece] of this.drafts) {
          if (this.cells[position].piece === null) this.show(this.cells[position], 'cell struck', piece);
        }
        this.drafts.clear();
      }
    }

    seek(time) {
      if (time < this.time) this.reset();
      this.time = time;
      const events = this.decode.events;
      while (this.next < events.length && events[this.next].t <= time) this.apply(events[this.next++]);
      const done = time >= this.decode.end;
      if (done) this.finish();
      const tokens = done ? this.decode.pieces.length : this.cells.filter((c) => c.piece !== null).length;
      const elapsed = Math.min(time, this.decode.end);
      this.stat.textContent = `${tokens} tokens · ${ms(elapsed)}${done ? ' · done, ' + Math.round((this.decode.pieces.length * 1000) / this.decode.end).toLocaleString('en') + ' tokens/s' : ''}`;
      this.root.classList.toggle('done', done);
    }

    // The emitted text, and nothing after its end.
    finish() {
      this.settle();
      this.reach(this.decode.pieces.length - 1);
      this.cells.forEach((cell, i) => {
        cell.piece = i < this.decode.pieces.length ? this.decode.pieces[i] : null;
        this.show(cell, 'cell', cell.piece ?? '');
      });
    }
  }

  const $ = (id) => document.getElementById(id);
  const panes = $('panes'), scrub = $('scrub'), clock = $('clock'), play = $('play'), pace = $('pace'), promptChoice = $('prompt');
  const chosen = new Set(data.chosen);
  let shown = [], total = 1, now = 0, running = false, last = 0;

  const slowdowns = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000];
  for (const n of slowdowns) {
    const option = element('option', '', n === 1 ? 'as recorded' : `${n} times slower`);
    option.value = n;
    pace.append(option);
  }
  const prompts = [...new Set(data.decodes.map((d) => d.index))];
  for (const index of prompts) {
    const text = data.decodes.find((d) => d.index === index).prompt;
    const option = element('option', '', text.length > 60 ? text.slice(0, 60) + '…' : text || '(empty)');
    option.value = index;
    promptChoice.append(option);
  }
  $('prompt-choice').hidden = prompts.length < 2;

  const names = new Map(data.decodes.map((d) => [d.id, d.name]));
  for (const [id, name] of names) {
    const label = element('label');
    const box = element('input');
    box.type = 'checkbox';
    box.value = id;
    box.checked = chosen.has(id);
    box.addEventListener('change', () => {
      if (box.checked) chosen.add(id); else chosen.delete(id);
      build(false);
    });
    label.append(box, ' ' + name);
    $('choose').append(label);
  }

  function build(choosePace) {
    const index = Number(promptChoice.value);
    shown = data.decodes.filter((d) => d.index === index && chosen.has(d.id)).map((d) => new Pane(d));
    panes.replaceChildren(...shown.map((p) => p.root));
    total = Math.max(1e-3, ...shown.map((p) => p.decode.end));
    // Slow enough to watch: the longest decode takes some ten seconds.
    if (choosePace) pace.value = slowdowns.find((n) => (total * n) / 1000 >= 8) ?? slowdowns.at(-1);
    settle();
  }

  // Panes are as high as they will be in the end, so that the page below does not jump.
  function settle() {
    const time = Math.min(now, total);
    for (const pane of shown) pane.root.style.minHeight = '';
    seek(total);
    const heights = shown.map((pane) => pane.root.offsetHeight);
    shown.forEach((pane, i) => { pane.root.style.minHeight = heights[i] + 'px'; });
    seek(time);
  }

  function seek(time) {
    now = time;
    for (const pane of shown) pane.seek(time);
    scrub.value = Math.round((1000 * time) / total);
    scrub.setAttribute('aria-valuetext', ms(time));
    clock.textContent = `${ms(time)} of ${ms(total)}`;
  }

  function run(on) {
    running = on;
    play.textContent = on ? 'Pause' : 'Play';
    play.setAttribute('aria-pressed', String(on));
    if (on) {
      if (now >= total) seek(0);
      last = performance.now();
      requestAnimationFrame(frame);
    }
  }

  function frame(at) {
    if (!running) return;
    seek(Math.min(total, now + Math.max(0, at - last) / Number(pace.value)));
    last = at;
    if (now >= total) run(false);
    else requestAnimationFrame(frame);
  }

  play.addEventListener('click', () => run(!running));
  $('restart').addEventListener('click', () => seek(0));
  scrub.addEventListener('input', () => { run(false); seek((Number(scrub.value) / 1000) * total); });
  promptChoice.addEventListener('change', () => { now = 0; build(true); });
  // Paper shows how it ended.
  window.addEventListener('beforeprint', () => {
    run(false);
    seek(total);
    for (const pane of shown) pane.root.style.minHeight = '';
  });
  for (const change of ['afterprint', 'resize']) window.addEventListener(change, settle);
  build(true);
  // A still page begins with the finished texts; playing starts over.
  seek(total);
})();
