// What a run found: a table for the terminal, a chart, and the page docs/performance.md, whose
// measured part stands between two marks.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { kRows } from './goals.mjs';

const kMark = '<!-- measured: written by ./dev bench --publish -->';
const kMarkEnd = '<!-- end of what was measured -->';

function short(value) {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 0.1) return value.toPrecision(2);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

function spell({ min, median, max }) {
  return min === max ? short(median) : `${short(median)} (${short(min)} to ${short(max)})`;
}

function boundsOf(row) {
  const unit = row.unit ? ` ${row.unit}` : ' x';
  return { goal: `${row.goal}${unit}`, floor: `${row.floor}${unit}` };
}

// In the order of goals.mjs, whatever was measured of it.
function measuredRows(results) {
  return kRows.map((row) => ({ row, found: results.rows.find(({ id }) => id === row.id) }))
    .filter(({ found }) => found);
}

export function printTable(results) {
  const head = ['min', 'median', 'max'].map((word) => word.padStart(8)).join('')
    + ['goal', 'floor'].map((word) => word.padStart(10)).join('');
  console.log(`\n${'work'.padEnd(58)}${'against'.padEnd(40)}${head}`);
  for (const { row, found } of measuredRows(results)) {
    const { goal, floor } = boundsOf(row);
    console.log(row.work.padEnd(58) + (row.peer ?? 'a limit').padEnd(40)
      + [found.min, found.median, found.max].map((value) => short(value).padStart(8)).join('')
      + goal.padStart(10) + floor.padStart(10) + `  ${found.verdict}`);
  }
  console.log('\nbeside them:');
  for (const fact of results.facts) console.log(`  ${fact.what}: ${spell(fact)} ${fact.unit}`);
  if (results.quick) console.log('\nquick: small and short; these numbers say nothing');
}

// ---- the chart --------------------------------------------------------------------------------

const kWidth = 1000;
const kRowHeight = 34;
const kTop = 64;
const kLeft = 400;
const kRight = kWidth - 110;
const kLow = 0.25; // Of the goal, at the left edge; the scale is logarithmic.
const kHigh = 4;

const kColours = { met: '#1a7f37', floor: '#9a6700', missed: '#cf222e' };

function escape(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function xOf(fraction) {
  const clamped = Math.min(kHigh, Math.max(kLow, fraction));
  return kLeft + ((kRight - kLeft) * Math.log(clamped / kLow)) / Math.log(kHigh / kLow);
}

// How much of the goal: 1 is the goal, more is better, whichever way the value goes.
function fractionOf(row, value) {
  return row.better === 'more' ? value / row.goal : row.goal / value;
}

function drawRow(row, found, y) {
  const colour = kColours[found.verdict];
  const [a, b] = [xOf(fractionOf(row, found.min)), xOf(fractionOf(row, found.max))];
  const middle = xOf(fractionOf(row, found.median));
  const floor = xOf(fractionOf(row, row.floor));
  const { goal } = boundsOf(row);
  const value = `${short(found.median)}${row.unit ? ` ${row.unit}` : ' x'}`;
  const peer = row.peer ? `against ${row.peer}` : 'a limit';
  return `
<text x="12" y="${y - 2}" class="work">${escape(row.work)}</text>
<text x="12" y="${y + 11}" class="peer">${escape(`${peer}; goal ${goal}`)}</text>
<line x1="${floor}" y1="${y - 9}" x2="${floor}" y2="${y + 9}" class="floor"/>
<line x1="${Math.min(a, b)}" x2="${Math.max(a, b)}" y1="${y}" y2="${y}" stroke="${colour}"
 stroke-width="4"/>
<circle cx="${middle}" cy="${y}" r="5" fill="${colour}"/>
<text x="${kRight + 14}" y="${y + 4}" fill="${colour}" class="work">${escape(value)}</text>`;
}

export function drawChart(results) {
  const rows = measuredRows(results);
  const height = kTop + rows.length * kRowHeight + 44;
  const bottom = height - 36;
  const ticks = [0.25, 0.5, 1, 2, 4].map((fraction) => {
    const x = xOf(fraction);
    const [style, name] = fraction === 1 ? ['goal', 'goal'] : ['grid', `${fraction} x`];
    return `
<line x1="${x}" y1="${kTop - 18}" x2="${x}" y2="${bottom}" class="${style}"/>
<text x="${x}" y="${kTop - 24}" class="tick">${name}</text>`;
  });
  const { machine } = results;
  const caption = 'dot: median, line: lowest to highest round, dashes: floor. '
    + `${machine.processor}, ${machine.cores} cores, ${machine.system}, ${machine.filesystem}; `
    + `${results.begun.slice(0, 10)}, ${results.rounds} rounds`
    + (results.quick ? ', QUICK: says nothing' : '');
  const title = 'How much of each goal is reached: to the right is better';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${kWidth} ${height}"
 font-family="sans-serif">
<style>
.work { font-size: 13px } .peer { font-size: 10.5px; fill: #57606a }
.tick { font-size: 11px; text-anchor: middle }
.grid { stroke: #d0d7de } .goal { stroke: #24292f; stroke-width: 1.5 }
.floor { stroke: #57606a; stroke-width: 2; stroke-dasharray: 3 2 }
</style>
<rect width="${kWidth}" height="${height}" fill="white"/>
<text x="12" y="22" font-size="16">${title}</text>${ticks.join('')}
${rows.map(({ row, found }, i) => drawRow(row, found, kTop + 8 + i * kRowHeight)).join('')}
<text x="12" y="${height - 14}" class="peer">${escape(caption)}</text>
</svg>
`;
}

// ---- the page ---------------------------------------------------------------------------------

const kVerdicts = { met: 'met', floor: '**goal missed**, floor met', missed: '**missed**' };

function tableOfRows(results) {
  const lines = ['| work | against | ratio or value: median (lowest to highest) | goal | floor | |',
    '|---|---|---|---|---|---|'];
  for (const { row, found } of measuredRows(results)) {
    const { goal, floor } = boundsOf(row);
    const unit = row.unit ?? 'x';
    const note = results.notes[row.id] ? ` (${results.notes[row.id]})` : '';
    const peer = (row.peer ?? 'a limit').replace('|', '\\|');
    lines.push(`| ${row.work}${note} | ${peer} | ${spell(found)} ${unit} | ${goal} | ${floor} `
      + `| ${kVerdicts[found.verdict]} |`);
  }
  return lines;
}

function tableOfSides(results) {
  const lines = ['| row | amparo | its peer |', '|---|---|---|'];
  for (const { row, found } of measuredRows(results)) {
    if (!found.ours) continue;
    const side = (spread) => `${spell(spread)} ${found.unit}`;
    lines.push(`| ${row.id} | ${side(found.ours)} | ${side(found.theirs)} |`);
  }
  return lines;
}

function measuredPart(results) {
  const { machine, load, versions } = results;
  const when = results.begun.slice(0, 16).replace('T', ' ');
  return [
    `Run of ${when} UTC, ${Math.round(results.minutes)} minutes, ${results.rounds} rounds`
      + `${results.quick ? ', **--quick: these numbers say nothing**' : ''}.`,
    '',
    `Machine: ${machine.processor}, ${machine.cores} cores, ${machine.memory_gib} GiB, `
      + `${machine.system}, kernel ${machine.kernel}, ${machine.filesystem}.`,
    `Load when it began ${load.before[0].toFixed(1)}, when it ended ${load.after[0].toFixed(1)}.`,
    'Peers:',
    Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(', ') + '.',
    '',
    '![how much of each goal is reached](performance.svg)',
    '',
    ...tableOfRows(results),
    '',
    'Both sides, where there are two:',
    '',
    ...tableOfSides(results),
    '',
    'Beside them:',
    '',
    '| what | median (lowest to highest) |',
    '|---|---|',
    ...results.facts.map((fact) => `| ${fact.what} | ${spell(fact)} ${fact.unit} |`),
  ];
}

// Of whole runs only.
export function publish(results, folder) {
  const missing = kRows.filter(({ id }) => !results.rows.some((found) => found.id === id));
  if (missing.length > 0) {
    throw new Error(`only a whole run is published; not measured: ${missing.map(({ id }) => id)}`);
  }
  const page = join(folder, 'performance.md');
  const text = readFileSync(page, 'utf8');
  const [start, end] = [text.indexOf(kMark), text.indexOf(kMarkEnd)];
  if (start < 0 || end < start) throw new Error(`${page} has no marks`);
  const before = text.slice(0, start + kMark.length);
  writeFileSync(page, `${before}\n${measuredPart(results).join('\n')}\n`
    + text.slice(end));
  writeFileSync(join(folder, 'performance.svg'), drawChart(results));
}
