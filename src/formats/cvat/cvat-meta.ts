/** What the head of a CVAT file says of its labels, read and written: names, and of which type their attributes are. */
import type { Category } from '../../dataset/types.js';
import { decimalOf } from '../pixel-number.js';
import type { XmlElement } from '../xml/xml-stream.js';
import { xmlText } from '../xml/xml-text.js';

export type AttributeValue = string | number | boolean;

/** CVAT's `input_type` of an attribute, by label and attribute; there are more (select, radio), which are texts here. */
export type AttributeTypes = ReadonlyMap<string, ReadonlyMap<string, string>>;

export interface CvatLabels { categories: Category[]; types: AttributeTypes }

/** Labels stand in `task`, `project` or `job`, in the order that makes their ids. A name twice counts once. */
export function labelsOfMeta(meta: XmlElement): CvatLabels {
  const labels = meta.children.flatMap((owner) => childrenOf(owner, 'labels')).flatMap((list) => childrenOf(list, 'label'));
  const types = new Map<string, Map<string, string>>();
  for (const label of labels) {
    const name = textOf(label, 'name');
    if (name === '' || types.has(name)) continue;
    const attributes = childrenOf(label, 'attributes').flatMap((list) => childrenOf(list, 'attribute'));
    types.set(name, new Map(attributes.map((attribute) => [textOf(attribute, 'name'), textOf(attribute, 'input_type')])));
  }
  return { categories: [...types.keys()].map((name, i) => ({ id: i + 1, name })), types };
}

/** An attribute's text as its type says; a text that its type does not have stays a text. */
export function attributeValue(text: string, type: string | undefined): AttributeValue {
  if (type === 'checkbox' && (text === 'true' || text === 'false')) return text === 'true';
  return type === 'number' ? decimalOf(text) ?? text : text;
}

/** The `meta` element of a file that is written. `types`: by category's name; of attributes whose values have several types, `text`. */
export function metaText(categories: readonly Category[], types: AttributeTypes, images: number): string {
  const labels = categories.map(({ name }) => {
    const attributes = [...types.get(name) ?? []].map(([attribute, type]) => `            <attribute>
              <name>${xmlText(attribute)}</name>
              <mutable>False</mutable>
              <input_type>${type}</input_type>
              <default_value></default_value>
              <values></values>
            </attribute>
`);
    return `        <label>
          <name>${xmlText(name)}</name>
          <attributes>
${attributes.join('')}          </attributes>
        </label>
`;
  });
  return `  <meta>
    <task>
      <size>${images}</size>
      <mode>annotation</mode>
      <labels>
${labels.join('')}      </labels>
    </task>
  </meta>
`;
}

function childrenOf(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter((child) => child.name === name);
}

function textOf(element: XmlElement, name: string): string {
  return childrenOf(element, name)[0]?.text ?? '';
}
