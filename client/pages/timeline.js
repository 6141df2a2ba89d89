// The space-time diagram: nodes are lines, messages arrows, faults shaded, conflicts bars. Needs d3, and nothing else.
// What is in `data`: client/pages/diagram_json.hpp. Everything that comes from clients is set as text, never as markup.
'use strict';

function kinTimeline(box, data) {
  const row = 104, top = 34, bottom = 34, left = 64, right = 24;
  const height = top + row * data.nodes.length + bottom;
  const lineOf = node => top + row * node + row / 2;
  const isWrite = e => e.kind === 'add_update' || e.kind === 'delete';
  // An answer to gossip that was lost may have brought something or not; a push is sent to bring a write.
  const isLostNews = m => m.received === null && m.what === 'push';
  const nameOf = e => (e.bucket && e.bucket !== 'default' ? e.bucket + '/' : '') + e.key;
  const colour = d3.scaleOrdinal(data.nodes, d3.schemeTableau10);
  const began = data.events.length ? d3.min(data.events, e => e.time) : 0;
  const seconds = us => (us / 1e6).toFixed(us < 10e6 ? 3 : 1) + ' s';
  const clockTime = us => new Date(us / 1000).toISOString().replace('Z', '') + String(us % 1000).padStart(3, '0') + 'Z';
  // The nodes' own way to show a value without showing it.
  const shownValue = e => {
    const hidden = /^len:(\d+),hash:([0-9a-f]+)$/.exec(e.value || '');
    return hidden ? '#' + hidden[2].slice(0, 6) + ' (' + hidden[1] + ' bytes)' : e.value;
  };
  const state = {key: '', quiet: false, byTime: false, chosen: null};
  data.events.forEach((e, i) => { e.index = i; });
  const byDot = new Map(data.events.filter(isWrite).map(e => [e.dot, e]));

  // ---- what is shown of all there is
  function ofKey(e) { return state.key === '' || (e.key !== undefined && nameOf(e) === state.key); }
  function teaches(receive) { return receive.learnt && receive.learnt.some(w => ofKey(data.events[w])); }
  function shownMessages() {
    return data.messages.filter(m => {
      if (m.received !== null && teaches(data.events[m.received])) return true;
      const lost = isLostNews(m);
      if (lost && state.key === '') return true;
      if (lost && m.about && m.about.some(w => ofKey(data.events[w]))) return true;
      return state.quiet && state.key === '';
    });
  }
  function shownEvents(messages) {
    const wanted = new Set();
    for (const m of messages) {
      wanted.add(m.sent);
      if (m.received !== null) wanted.add(m.received);
    }
    for (const s of data.spans) {
      if (s.key !== undefined && !ofKey(s)) continue;
      wanted.add(s.from);
      if (s.to !== null) wanted.add(s.to);
    }
    return data.events.filter(e => {
      if (e.kind === 'send' || e.kind === 'receive') return wanted.has(e.index);
      return wanted.has(e.index) || e.key === undefined || ofKey(e);
    });
  }

  // ---- the frame
  const root = d3.select(box).classed('timeline', true);
  const controls = root.append('div').attr('class', 'controls');
  const keys = Array.from(new Set(data.events.filter(isWrite).map(nameOf))).sort(d3.ascending);
  const keyLabel = controls.append('label').text('key ');
  const list = 'keys-' + Math.random().toString(36).slice(2);
  const keyInput = keyLabel.append('input').attr('list', list).attr('placeholder', 'all ' + keys.length)
    .attr('class', 'key').on('input', () => {
      const typed = keyInput.property('value');
      const unknown = typed !== '' && !keys.includes(typed);
      keyInput.classed('unknown', unknown);
      if (!unknown) { state.key = typed; state.chosen = null; redraw(true); }
    });
  controls.append('datalist').attr('id', list).selectAll('option').data(keys).join('option').attr('value', k => k);
  const quiet = data.messages.filter(m => !(m.received !== null && (data.events[m.received].learnt || []).length) &&
    !isLostNews(m)).length;
  const check = (words, set) => {
    const label = controls.append('label');
    label.append('input').attr('type', 'checkbox').on('change', function () { set(this.checked); redraw(true); });
    label.append('span').text(' ' + words);
  };
  check(quiet + ' messages that brought nothing new', on => { state.quiet = on; });
  check('to the scale of time', on => { state.byTime = on; });
  const button = (text, title, act) => controls.append('button').attr('type', 'button').attr('title', title)
    .attr('aria-label', title).text(text).on('click', act);
  button('\u2212', 'smaller', () => svg.call(zoom.scaleBy, 0.5));
  button('+', 'larger', () => svg.call(zoom.scaleBy, 2));
  button('all', 'everything at once', () => svg.call(zoom.transform, d3.zoomIdentity));
  controls.append('span').attr('class', 'hint').text('drag to move, Ctrl and wheel to zoom, click a write to follow it');

  const svg = root.append('svg').attr('role', 'img').attr('aria-label', 'space-time diagram of ' + data.nodes.join(', '));
  const defs = svg.append('defs');
  const unique = list.slice(5);
  for (const kind of ['news', 'quiet']) {
    defs.append('marker').attr('id', kind + unique).attr('viewBox', '0 0 8 8').attr('refX', 8).attr('refY', 4)
      .attr('markerWidth', 7).attr('markerHeight', 7).attr('orient', 'auto')
      .append('path').attr('d', 'M0,0.5L8,4L0,7.5z').attr('class', 'head ' + kind);
  }
  const hatch = defs.append('pattern').attr('id', 'hatch' + unique).attr('width', 7).attr('height', 7)
    .attr('patternUnits', 'userSpaceOnUse').attr('patternTransform', 'rotate(45)');
  hatch.append('rect').attr('width', 7).attr('height', 7).attr('class', 'hatch-ground');
  hatch.append('rect').attr('width', 2).attr('height', 7).attr('class', 'hatch-line');
  const clip = defs.append('clipPath').attr('id', 'clip' + unique).append('rect').attr('y', 0).attr('height', height);
  const axis = svg.append('g').attr('class', 'axis').attr('transform', 'translate(0,' + (height - bottom) + ')');
  const stage = svg.append('g').attr('clip-path', 'url(#clip' + unique + ')');
  const layer = {};
  for (const name of ['spans', 'marks', 'lines', 'conflicts', 'messages', 'events', 'words']) layer[name] = stage.append('g');
  svg.append('g').selectAll('text').data(data.nodes).join('text').attr('class', 'node').attr('x', left - 14)
    .attr('y', (n, i) => lineOf(i) + 4).attr('text-anchor', 'end').style('fill', n => colour(n)).text(n => n);
  const tip = d3.select(document.body).append('div').attr('class', 'tip').attr('hidden', true);
  const empty = root.append('p').attr('class', 'note').attr('hidden', true).text('There is nothing to show.');

  // ---- words
  function describe(e) {
    const out = [[e.kind.replace('_', ' ') + (e.host ? ' at ' + e.host : ' at ' + data.nodes[e.node]), '']];
    const add = (name, value) => { if (value !== undefined && value !== '' && value !== null) out.push([name, String(value)]); };
    add('key', e.key === undefined ? undefined : nameOf(e));
    add('value', e.value);
    add('clock', e.clock);
    add('dot', e.dot);
    add('values side by side', e.siblings);
    if (e.learnt && e.learnt.length) {
      const some = e.learnt.slice(0, 8).map(i => data.events[i]);
      add('brought', some.map(w => nameOf(w) + ' ' + w.dot + ' ' + (w.clock || '')).join('; ') +
        (e.learnt.length > 8 ? '; and ' + (e.learnt.length - 8) + ' more' : ''));
    }
    add('', e.text);
    add('time', clockTime(e.time) + ' (+' + seconds(e.time - began) + ')');
    if (e.number) add('event', e.host + ' number ' + e.number);
    return out;
  }
  function describeMessage(m) {
    const from = data.events[m.sent], to = m.received === null ? null : data.events[m.received];
    const out = [[m.what + ' from ' + data.nodes[from.node] + ' to ' + data.nodes[m.to], '']];
    out.push(['sent', '+' + seconds(from.time - began)]);
    out.push(['taken', to ? '+' + seconds(to.time - began) : 'never, as far as the traces go']);
    out.push(['size', m.bytes + ' bytes']);
    if (to && to.learnt && to.learnt.length) out.push(...describe(to).filter(line => line[0] === 'brought'));
    return out;
  }
  function describeSpan(s) {
    const from = data.events[s.from], to = s.to === null ? null : data.events[s.to];
    return [[s.label, ''], ['at', data.nodes[s.node]], ['from', '+' + seconds(from.time - began)],
      ['to', to ? '+' + seconds(to.time - began) : 'the end of the traces']];
  }
  function hover(selection, words) {
    selection.on('pointerenter focus', (event, d) => {
      tip.attr('hidden', null).selectAll('div').data(words(d)).join('div').each(function (line) {
        const at = d3.select(this);
        at.selectAll('*').remove();
        at.append(line[1] === '' ? 'b' : 'span').text(line[0] + (line[0] && line[1] !== '' ? ' ' : ''));
        if (line[1] !== '') at.append('em').text(line[1]);
      });
      const spot = event.clientX === undefined ? event.currentTarget.getBoundingClientRect() : {x: event.clientX, y: event.clientY};
      const size = tip.node().getBoundingClientRect();
      tip.style('left', Math.max(4, Math.min(spot.x + 14, window.innerWidth - size.width - 8)) + 'px')
        .style('top', Math.max(4, Math.min(spot.y + 14, window.innerHeight - size.height - 8)) + 'px');
    }).on('pointerleave blur', () => tip.attr('hidden', true));
  }

  // ---- drawing
  let width = 0, messages = [], events = [], place = new Map(), base = null, transform = d3.zoomIdentity;
  const zoom = d3.zoom().filter(e => (e.type === 'wheel' ? e.ctrlKey : !e.button)).on('zoom', e => {
    transform = e.transform;
    draw();
  });
  svg.call(zoom).on('dblclick.zoom', null);

  function positionAt(us) {  // in order: between the events before and behind this time
    return state.byTime ? us : d3.bisector(e => e.time).left(events, us) - 0.5;
  }
  function redraw(fresh) {
    width = Math.max(480, box.getBoundingClientRect().width || 960);
    messages = shownMessages();
    events = shownEvents(messages);
    place = new Map(events.map((e, i) => [e.index, state.byTime ? e.time : i]));
    const ends = state.byTime ? d3.extent(events, e => e.time) : [0, Math.max(1, events.length - 1)];
    if (ends[0] === ends[1]) ends[1] += 1;
    base = d3.scaleLinear(ends.map(Number), [left + 48, width - right - 60]);
    svg.attr('viewBox', [0, 0, width, height]);
    clip.attr('x', left - 6).attr('width', width - left + 6);
    zoom.scaleExtent([1, Math.max(8, events.length / 8)]).extent([[left, 0], [width - right, height]])
      .translateExtent([[left, 0], [width - right, height]]);
    empty.attr('hidden', events.length ? true : null);
    tables();
    if (fresh) svg.call(zoom.transform, d3.zoomIdentity); else draw();
  }

  function draw() {
    const x = transform.rescaleX(base);
    const at = i => x(place.get(i));
    const seen = p => p > left - 40 && p < width + 40;
    const follows = m => state.chosen === null || (m.received !== null && (data.events[m.received].learnt || []).includes(state.chosen));

    layer.lines.selectAll('line').data(data.nodes).join('line').attr('class', 'life').attr('x1', left).attr('x2', width - 8)
      .attr('y1', (n, i) => lineOf(i)).attr('y2', (n, i) => lineOf(i));

    const spans = data.spans.filter(s => s.key === undefined || ofKey(s)).map(s => ({...s,
      x1: Math.max(left - 6, at(s.from)), x2: Math.min(width, s.to === null ? width : at(s.to))}))
      .filter(s => s.x2 > left && s.x1 < width);
    const faults = spans.filter(s => s.kind !== 'conflict');
    layer.spans.selectAll('rect').data(faults).join('rect').attr('class', s => 'fault ' + s.kind)
      .attr('x', s => s.x1).attr('width', s => Math.max(2, s.x2 - s.x1)).attr('y', s => lineOf(s.node) - row / 2 + 4)
      .attr('height', row - 8).style('fill', s => (s.kind === 'down' ? 'url(#hatch' + unique + ')' : null))
      .call(hover, describeSpan);
    // Several keys may be in conflict at once: each has its own height, as long as there is room.
    const conflicts = spans.filter(s => s.kind === 'conflict');
    const stacked = data.nodes.map(() => []);
    for (const s of conflicts) {
      const ends = stacked[s.node];
      let depth = ends.findIndex(end => end < s.x1 - 2);
      if (depth < 0) depth = ends.push(0) - 1;
      ends[depth] = s.x2;
      s.depth = Math.min(depth, 5);
    }
    for (const s of conflicts) {
      s.beside = conflicts.filter(o => o.node === s.node && o.x1 < s.x2 && o.x2 > s.x1).length;
    }
    layer.conflicts.selectAll('rect').data(conflicts).join('rect').attr('class', 'conflict')
      .attr('x', s => s.x1).attr('width', s => Math.max(3, s.x2 - s.x1))
      .attr('y', s => lineOf(s.node) + 24 + s.depth * 2.6).attr('height', d3.max(conflicts, c => c.depth) > 0 ? 2 : 6)
      .call(hover, describeSpan);

    // Steps that begin close to each other share a label.
    const marks = [];
    for (const m of data.marks || []) {
      const spot = x(positionAt(m.time)), last = marks[marks.length - 1];
      if (last && spot - last.x < 26) {
        last.ms.push(m);
      } else {
        marks.push({x: spot, ms: [m]});
      }
    }
    const labelOf = ms => (ms.length === 1 ? ms[0].label : ms[0].label + '\u2013' + ms[ms.length - 1].label);
    layer.marks.selectAll('g').data(marks).join('g').each(function (mark) {
      const g = d3.select(this).attr('transform', 'translate(' + mark.x + ',0)');
      g.selectAll('line').data([mark]).join('line').attr('class', 'mark').attr('y1', 14).attr('y2', height - bottom);
      g.selectAll('text').data([mark]).join('text').attr('class', 'mark').attr('y', 11).attr('text-anchor', 'middle').text(labelOf(mark.ms));
    }).call(hover, mark => mark.ms.map(m => ['+' + seconds(m.time - began), m.text]));

    const drawn = messages.map(m => {
      const from = data.events[m.sent], x1 = at(m.sent);
      const full = m.received === null ? x1 + 26 : at(m.received);
      const part = m.received === null ? 0.32 : 1;
      const y1 = lineOf(from.node), y2 = y1 + (lineOf(m.to) - y1) * part;
      return {m, x1, y1, x2: full, y2, news: m.received !== null && (data.events[m.received].learnt || []).length > 0};
    }).filter(a => seen(Math.max(a.x1, a.x2)) && seen(Math.min(a.x1, a.x2)) || (a.x1 < left && a.x2 > width));
    const crowded = drawn.length > 300;
    layer.messages.style('opacity', crowded ? 0.4 : null);
    const arrow = a => {  // ends at the rim of what it points to
      const dx = a.x2 - a.x1, dy = a.y2 - a.y1, length = Math.hypot(dx, dy) || 1, back = a.m.received === null ? 0 : 4;
      return 'M' + a.x1 + ',' + a.y1 + 'L' + (a.x2 - dx / length * back) + ',' + (a.y2 - dy / length * back);
    };
    layer.messages.selectAll('path').data(drawn).join('path')
      .attr('class', a => 'message ' + (a.m.received === null ? 'lost' : a.news ? 'news' : 'quiet') + (follows(a.m) ? '' : ' dim'))
      .attr('d', arrow).attr('marker-end', a => (a.m.received === null || crowded ? null : 'url(#' + (a.news ? 'news' : 'quiet') + unique + ')'))
      .call(hover, a => describeMessage(a.m));
    layer.messages.selectAll('text').data(drawn.filter(a => a.m.received === null)).join('text').attr('class', 'lost')
      .attr('x', a => a.x2).attr('y', a => a.y2 + 4).attr('text-anchor', 'middle').text('\u00d7');

    const dots = events.filter(e => seen(at(e.index)));
    const less = dots.length > 500 ? 0.35 : 1;
    const shape = e => {
      if (isWrite(e)) return d3.symbol(e.kind === 'delete' ? d3.symbolSquare : d3.symbolCircle, 150 * less)();
      if (e.kind.startsWith('conflict')) return d3.symbol(d3.symbolDiamond, 80 * less)();
      if (e.kind === 'send' || e.kind === 'receive') return d3.symbol(d3.symbolCircle, e.learnt && e.learnt.length ? 28 : 12)();
      return d3.symbol(d3.symbolTriangle, e.kind.startsWith('token') ? 22 : 60)();
    };
    layer.events.selectAll('path').data(dots, e => e.index).join('path')
      .attr('class', e => 'event ' + (isWrite(e) ? 'write' : e.kind) + (e.index === state.chosen ? ' chosen' : ''))
      .attr('d', shape).attr('tabindex', e => (isWrite(e) ? 0 : null))
      .attr('transform', e => 'translate(' + at(e.index) + ',' + lineOf(e.node) + ')')
      .style('fill', e => (isWrite(e) ? colour(data.nodes[e.node]) : null))
      .call(hover, describe)
      .on('click', (event, e) => {
        state.chosen = isWrite(e) && state.chosen !== e.index ? e.index : null;
        draw();
      });
    words(dots, conflicts, faults, at);
    ticks(x);
  }

  // Labels where there is room: above a line for writes and what broke, below it for conflicts.
  function words(dots, conflicts, faults, at) {
    const taken = data.nodes.map(() => ({above: -1e9, second: -1e9, below: -1e9, fault: -1e9}));
    const out = [];
    const fit = (text, most) => (text.length > most ? text.slice(0, most - 1) + '\u2026' : text);
    const put = (node, slot, x, dy, text, kind, anchor) => {
      const wide = text.length * (kind === 'value' ? 7.6 : 6.8), from = anchor === 'start' ? x : x - wide / 2;
      if (from < taken[node][slot] + 5 || from < left - 40) return false;
      taken[node][slot] = from + wide;
      out.push({x, y: lineOf(node) + dy, text, kind, anchor});
      return true;
    };
    for (const e of dots.filter(isWrite)) {
      const what = (state.key === '' && keys.length > 1 ? nameOf(e) + ' = ' : '') + (e.kind === 'delete' ? 'deleted' : shownValue(e));
      if (put(e.node, 'above', at(e.index), -24, fit(what, 24), 'value', 'middle')) {
        put(e.node, 'second', at(e.index), -12, e.clock || '', 'clock', 'middle');
      }
    }
    for (const s of conflicts) {
      put(s.node, 'below', Math.max(s.x1, left), 46, fit(s.beside > 1 ? s.beside + ' keys in conflict' : s.label, Math.max(8, Math.floor((s.x2 - s.x1) / 6.6))), 'conflict', 'start');
    }
    for (const s of faults) {
      const most = Math.floor((s.x2 - s.x1) / 6.6);
      if (most >= 5) put(s.node, 'fault', Math.max(s.x1, left) + 4, -row / 2 + 15, fit(s.label, most), 'fault', 'start');
    }
    layer.words.selectAll('text').data(out).join('text').attr('class', w => 'word ' + w.kind).attr('x', w => w.x)
      .attr('y', w => w.y).attr('text-anchor', w => w.anchor).text(w => w.text);
  }

  function ticks(x) {
    const scale = x.copy();
    if (state.byTime) {
      axis.call(d3.axisBottom(scale).ticks(width / 110).tickFormat(us => '+' + seconds(us - began)));
      return;
    }
    const step = Math.max(1, Math.ceil((scale.invert(110) - scale.invert(0))));
    const ranks = d3.range(0, events.length, step).filter(i => scale(i) >= left && scale(i) <= width - 30);
    axis.call(d3.axisBottom(scale).tickValues(ranks).tickFormat(i => '+' + seconds(events[i].time - began)));
  }

  // ---- the same in tables
  const writesTable = root.append('section'), conflictsTable = root.insert('section', 'section');
  function table(section, heading, columns, rows, most) {
    section.selectAll('*').remove();
    if (!rows.length) return;
    section.append('h3').text(heading);
    const t = section.append('table');
    t.append('thead').append('tr').selectAll('th').data(columns).join('th').text(c => c);
    t.append('tbody').selectAll('tr').data(rows.slice(0, most)).join('tr').selectAll('td').data(r => r).join('td').text(c => c);
    if (rows.length > most) section.append('p').attr('class', 'note').text('and ' + (rows.length - most) + ' more');
  }
  function valuesOf(dots) {
    const some = dots.slice(0, 8).map(d => (byDot.has(d) ? shownValue(byDot.get(d)) + ' (' + d + ')' : d)).join(', ');
    return dots.length > 8 ? some + ' and ' + (dots.length - 8) + ' more' : some;
  }
  function tables() {
    const since = i => '+' + seconds(data.events[i].time - began);
    table(conflictsTable, 'Conflicts, as each node saw them', ['key', 'at', 'began', 'ended', 'values'],
      data.spans.filter(s => s.kind === 'conflict' && ofKey(s)).map(s => [nameOf(s), data.nodes[s.node], since(s.from),
        s.to === null ? 'open' : since(s.to), valuesOf(s.dots || [])]), 40);
    table(writesTable, 'Writes', ['time', 'at', 'key', 'value', 'clock', 'dot'],
      events.filter(isWrite).map(e => [since(e.index), data.nodes[e.node], nameOf(e), e.kind === 'delete' ? '(deleted)' : shownValue(e),
        e.clock || '', e.dot || '']), 60);
  }

  state.key = data.key && keys.includes(data.key) ? data.key : '';
  keyInput.property('value', state.key);
  window.addEventListener('resize', () => redraw(false));
  redraw(true);
  return {redraw};
}
