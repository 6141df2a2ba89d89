// How long clients waited: each call as a dot, and the usual quantiles in a table. Needs d3.
// `calls`: {op, node, outcome, start_us, took_us or null}, as driver/report writes them.
'use strict';

function kinLatencies(box, calls) {
  const root = d3.select(box).classed('timeline', true);
  if (!calls.length) {
    root.append('p').attr('class', 'note').text('There is no history of what clients did.');
    return;
  }
  const ms = us => (us >= 1e4 ? (us / 1000).toFixed(0) : us >= 100 ? (us / 1000).toFixed(2) : (us / 1000).toFixed(3)) + ' ms';
  const began = d3.min(calls, c => c.start_us);
  const ops = Array.from(new Set(calls.map(c => c.op))).sort(d3.ascending);
  const colour = d3.scaleOrdinal(ops, d3.schemeTableau10);
  const done = calls.filter(c => c.took_us !== null), open = calls.filter(c => c.took_us === null);

  const width = 960, height = 300, left = 76, right = 20, top = 24, bottom = 40;
  const longest = d3.max(done, c => c.took_us) || 1e6;
  const x = d3.scaleLinear([0, Math.max(1, d3.max(calls, c => c.start_us) - began)], [left, width - right]);
  const y = d3.scaleLog([Math.max(1, Math.min(100, d3.min(done, c => c.took_us) || 1)), longest * 1.5], [height - bottom, top + 12]);
  const svg = root.append('svg').attr('viewBox', [0, 0, width, height]).attr('role', 'img')
    .attr('aria-label', 'how long each call took, over time').style('cursor', 'default').style('max-width', '1200px');
  svg.append('g').attr('class', 'axis').attr('transform', 'translate(0,' + (height - bottom) + ')')
    .call(d3.axisBottom(x).ticks(6).tickFormat(us => '+' + (us / 1e6).toFixed(x.domain()[1] < 1e6 ? 3 : 1) + ' s'));
  svg.append('g').attr('class', 'axis').attr('transform', 'translate(' + left + ',0)')
    .call(d3.axisLeft(y).tickValues(y.ticks().filter(v => /^[125]0*$/.test(String(Math.round(v))))).tickFormat(ms));
  const spots = svg.append('g').selectAll('path').data(calls).join('path').attr('class', 'call')
    .attr('d', c => (c.took_us === null || c.outcome !== 'ok' ? d3.symbol(d3.symbolTimes, 46)() : d3.symbol(d3.symbolCircle, 30)()))
    .attr('transform', c => 'translate(' + x(c.start_us - began) + ',' + (c.took_us === null ? top : y(Math.max(1, c.took_us))) + ')')
    .style('stroke', c => colour(c.op)).style('fill', c => (c.outcome === 'ok' ? colour(c.op) : 'none')).style('fill-opacity', 0.6);
  spots.append('title').text(c => c.op + (c.node ? ' at ' + c.node : '') + ': ' + (c.took_us === null ? 'no reply' : ms(c.took_us)) +
    (c.outcome === 'ok' ? '' : ', ' + c.outcome));
  const key = svg.append('g').selectAll('g').data(ops).join('g').attr('transform', (o, i) => 'translate(' + (left + 14 + i * 110) + ',' + (height - 8) + ')');
  key.append('circle').attr('r', 4).attr('cy', -4).style('fill', o => colour(o));
  key.append('text').attr('x', 9).text(o => o);
  svg.append('text').attr('x', width - right).attr('y', height - 8).attr('text-anchor', 'end').text('\u00d7 failed, unknown or no reply');

  const section = root.append('section');
  const table = section.append('table');
  table.append('thead').append('tr').selectAll('th').data(['call', 'number', 'median', '90 %', '99 %', 'longest', 'not ok', 'no reply'])
    .join('th').text(d => d);
  const rows = ops.map(op => {
    const took = done.filter(c => c.op === op).map(c => c.took_us).sort(d3.ascending);
    const at = p => (took.length ? ms(d3.quantileSorted(took, p)) : '-');
    const mine = calls.filter(c => c.op === op);
    return [op, mine.length, at(0.5), at(0.9), at(0.99), at(1), mine.filter(c => c.outcome !== 'ok').length,
      open.filter(c => c.op === op).length];
  });
  table.append('tbody').selectAll('tr').data(rows).join('tr').selectAll('td').data(r => r).join('td').text(d => d);
}
