import { readFileSync } from 'node:fs';

/** Reads a file of the package's `data` folder, which sources and build reach by the same relative path. */
export function readData<Data>(name: string): Data {
  return JSON.parse(readFileSync(new URL(`../../data/${name}`, import.meta.url), 'utf8')) as Data;
}
