// Samples, medians and goals of a bench: raw samples go to a file, one line per goal ends it.
import { writeFileSync } from 'node:fs';

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export class Report {
  #dir;
  #samples = {};
  #goals = [];

  constructor(dir) {
    this.#dir = dir;
  }

  sample(name, values) {
    (this.#samples[name] ??= []).push(values);
  }

  samples(name) {
    return this.#samples[name];
  }

  // Median and spread of every figure.
  table() {
    for (const [name, samples] of Object.entries(this.#samples)) {
      const figures = Object.keys(samples[0]).map((figure) => {
        const numbers = samples.map((sample) => sample[figure]);
        const show = (number) => number.toPrecision(3);
        return `${figure} ${show(median(numbers))} (${show(Math.min(...numbers))} to ${show(Math.max(...numbers))})`;
      });
      console.log(`${name.padEnd(20)} ${figures.join('   ')}   n=${samples.length}`);
    }
  }

  goal(name, value, relation, aim) {
    const met = { '<': value < aim, '<=': value <= aim, '>=': value >= aim, '>': value > aim }[relation];
    const line = `goal ${name} = ${value.toPrecision(3)} (aim ${relation} ${aim}) ${met ? 'met' : 'missed'}`;
    this.#goals.push(line);
    console.log(line);
  }

  save() {
    const file = `${this.#dir}/samples.json`;
    writeFileSync(file, JSON.stringify({ samples: this.#samples, goals: this.#goals }, null, 1));
    console.log(`raw samples: ${file}`);
  }
}
