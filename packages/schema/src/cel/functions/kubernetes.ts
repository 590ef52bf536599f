import { functionTable } from '../check/environment.ts';
import { addressLibrary } from './addresses.ts';
import { formatsLibrary } from './formats.ts';
import { listsLibrary } from './lists.ts';
import { optionalsLibrary } from './optionals.ts';
import type { Overload } from './overload.ts';
import { quantityLibrary } from './quantities.ts';
import { regexLibrary } from './regex.ts';
import { setsLibrary } from './sets.ts';
import { standardLibrary } from './standard.ts';
import { stringsLibrary } from './strings.ts';
import { urlsLibrary } from './urls.ts';

/**
 * The functions that validation rules have at Kubernetes 1.32.
 *
 * @see https://kubernetes.io/docs/reference/using-api/cel/#cel-options-language-features-and-libraries
 */
export const kubernetesLibraries: readonly (readonly Overload[])[] = [
  standardLibrary,
  optionalsLibrary,
  stringsLibrary,
  setsLibrary,
  listsLibrary,
  regexLibrary,
  urlsLibrary,
  quantityLibrary,
  addressLibrary,
  formatsLibrary,
];

export const kubernetesFunctions = functionTable(kubernetesLibraries);
