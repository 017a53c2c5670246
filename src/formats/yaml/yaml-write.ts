/** Texts as YAML that every version of the language reads the same. */

/** A double-quoted scalar: no word is taken for a number or a truth, and no line end of YAML 1.1 or 1.2 stands bare. */
export function yamlText(text: string): string {
  return JSON.stringify(text).replace(/[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
