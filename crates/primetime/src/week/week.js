// Draws what happened so far, once a second. Everything is drawn as SVG; numbers stand beside it as text.
const [height, left, bottom, top] = [190, 40, 20, 10];
const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const number = new Intl.NumberFormat('en');
const SVG = 'http://www.w3.org/2000/svg';
const sides = [0, 1];
const at = (id) => document.querySelector(`#${id}`);

function element(name, attributes, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function html(tag, text, attributes = {}) {
  const made = Object.assign(document.createElement(tag), attributes);
  made.append(text);
  return made;
}

const clock = (minute) => `${String(Math.floor(minute / 60) % 24).padStart(2, '0')}:${String(Math.floor(minute) % 60).padStart(2, '0')}`;

// What stands under a curve: days in their middle, or the clock in a part of a day.
function ticks({ from, until }) {
  if (until - from > 2880) return days.map((day, n) => [(n + 0.5) * 1440, day]).filter(([minute]) => minute > from && minute < until);
  const every = until - from > 180 ? 60 * Math.ceil((until - from) / 360) : 15;
  const first = Math.ceil(from / every) * every;
  return Array.from({ length: Math.ceil((until - first) / every) }, (_, n) => [first + n * every, clock(first + n * every)]);
}

// Lines over the week: [{ kind, name, values }], one value a point.
function chart(told, place, title, lines, least) {
  const width = Math.max(260, place.clientWidth);
  const greatest = Math.max(least, ...lines.flatMap((line) => line.values));
  const x = (minute) => left + ((minute - told.from) / (told.until - told.from)) * (width - left - 4);
  const y = (value) => height - bottom - (value / greatest) * (height - bottom - top);
  const svg = element('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': title });
  for (const part of [0, 0.5, 1]) {
    svg.append(element('path', { class: 'grid', d: `M${left} ${y(greatest * part)}H${width - 4}` }),
      element('text', { x: left - 5, y: y(greatest * part) + 4, 'text-anchor': 'end' }, number.format(Math.round(greatest * part))));
  }
  for (const [minute, text] of ticks(told)) svg.append(element('text', { x: x(minute), y: height - 5, 'text-anchor': 'middle' }, text));
  for (const [minute, name] of told.events) {
    const mark = element('path', { class: 'event', d: `M${x(minute)} ${top}V${height - bottom}` });
    mark.append(element('title', {}, name));
    svg.append(mark);
  }
  for (const { kind, values } of lines) {
    const points = values.map((value, n) => `${x(told.from + (n + 0.5) * told.point_minutes).toFixed(1)} ${y(value).toFixed(1)}`);
    if (points.length > 0) svg.append(element('path', { class: `line ${kind}`, d: `M${points.join('L')}` }));
  }
  const key = html('ul', '', { className: 'key' });
  key.append(...lines.map(({ kind, name }) => {
    const entry = html('li', element('svg', { viewBox: '0 0 20 8', 'aria-hidden': 'true' }, element('path', { class: `line ${kind}`, d: 'M0 4H20' })));
    entry.append(name);
    return entry;
  }));
  place.replaceChildren(svg, key);
}

const count = (value) => number.format(value);
const tenths = (value) => value.toFixed(1);
const ms = (value) => `${count(Math.round(value))} ms`;

// [name, with the fleet, without it, whether the first or the second is bad]
function rows(told, which) {
  const of = (pick, show) => told[which].map((figures) => show(pick(figures)));
  const lost = (name, pick) => [name, ...of(pick, count), ...told[which].map((figures) => pick(figures) > 0)];
  const slow = ['Latency, p99', ...of((f) => f.p99_ms, ms)];
  const last = told.points.at(-1);
  if (which === 'now') {
    return [
      ['Viewers', ...of((f) => f.viewers, count)],
      ['Load, in instances’ worth', ...sides.map(() => tenths(last?.load ?? 0))],
      ['Forecast, half an hour ahead', tenths(last?.forecast ?? 0), 'none'],
      ['Floor', count(last?.groups[0].wanted ?? 0), 'none'],
      ['Instances that serve', ...sides.map((n) => count(last?.groups[n].serving ?? 0))],
      slow, lost('Turned away', (f) => f.away), lost('Failed', (f) => f.failed),
    ];
  }
  return [
    ['Requests', ...of((f) => f.requests, count)], ['Answered', ...of((f) => f.answered, count)],
    lost('Turned away', (f) => f.away), lost('Failed', (f) => f.failed), slow,
    ['Instances, fewest to most', ...told.all.map((f) => `${f.least} to ${f.most}`)],
    ['Instance-hours', ...of((f) => f.hours, (hours) => count(Math.round(hours)))],
  ];
}

function fill(told, which) {
  const head = document.createElement('tr');
  head.append(document.createElement('td'), ...['With the fleet', 'Without it'].map((side) => html('th', side, { scope: 'col' })));
  at(which).replaceChildren(head, ...rows(told, which).map(([row, first, second, ...bad]) => {
    const line = document.createElement('tr');
    line.append(html('th', row, { scope: 'row' }), ...[first, second].map((value, n) => html('td', value, { className: bad[n] ? 'bad' : '' })));
    return line;
  }));
}

function draw(told) {
  const minute = Math.min(told.minute, told.until - 1);
  at('where').textContent = `${days[Math.floor(minute / 1440)]} ${clock(minute)}, in the week of ${told.week}`;
  if (told.over) at('end').textContent = 'It is over.';
  Object.assign(at('progress'), { max: told.until - told.from, value: told.minute - told.from });
  at('rule').textContent = `Real requests to real processes on this machine. Each instance is capped at ${told.rate} connections a second, far below what it `
    + `could do, so that a week’s swing fits on one machine; the greatest load is ${told.peak} instances’ worth. Without the fleet there are ${told.always}, the week’s mean.`;
  at('viewers').textContent = `Viewers are reckoned, the requests are counted: each comes on a connection of its own and asks for the home page, and whoever browses is taken to `
    + `open a page every ${told.every} seconds, so that ${told.rate} requests a second, one instance’s worth, stand for ${count(told.rate * told.every)} viewers. Turned away: the answer was 503. `
    + 'Failed: no answer within two seconds, or a wrong one; it counts with two seconds in the latency. Who is none of these still waits.';
  fill(told, 'now');
  fill(told, 'all');
  const of = (pick) => told.points.map(pick);
  const load = { kind: 'load', name: 'Load, in instances’ worth', values: of((point) => point.load) };
  const serving = (n) => ({ kind: 'serving', name: 'Instances that serve', values: of((point) => point.groups[n].serving) });
  const charts = {
    with: ['Load, forecast, floor and instances with the fleet', [serving(0),
      { kind: 'floor', name: 'Floor', values: of((point) => point.groups[0].wanted) },
      { kind: 'forecast', name: 'Forecast, half an hour ahead', values: of((point) => point.forecast) }, load], told.peak],
    without: ['Load and instances without the fleet', [serving(1), load], told.peak],
    p99: ['Slowest hundredth of the answers', sides.map((n) => ({
      kind: ['floor', 'bad-line'][n], name: ['With the fleet, ms', 'Without it, ms'][n], values: of((point) => point.groups[n].p99_ms) })), 100],
    lost: ['Requests turned away and failed, in ten minutes', [
      { kind: 'floor', name: 'With the fleet, both', values: of(({ groups }) => groups[0].away + groups[0].failed) },
      { kind: 'away', name: 'Without it, turned away', values: of(({ groups }) => groups[1].away) },
      { kind: 'bad-line', name: 'Without it, failed', values: of(({ groups }) => groups[1].failed) }], 10],
  };
  for (const place of document.querySelectorAll('.chart')) chart(told, place, ...charts[place.dataset.chart]);
  at('words').replaceChildren(...told.plan.map((words) => html('li', words)));
}

let [last, held] = [null, false];

async function look() {
  if (!held) {
    const told = await fetch('/week.json').then((answer) => answer.json()).catch(() => null);
    if (!told) {
      at('end').textContent = 'The demo has ended: run `make demo-week` again to see another one.';
      return;
    }
    draw(last = told);
    if (told.over) return;
  }
  setTimeout(look, 1000);
}

at('hold').addEventListener('click', () => {
  held = !held;
  at('hold').setAttribute('aria-pressed', held);
});
addEventListener('resize', () => last && draw(last));
look();
