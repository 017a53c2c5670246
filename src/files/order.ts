/** The order of names: that of their UTF-8 bytes, the same on every machine and in every locale. */

/** A sorted copy, bytewise by each item's text. (`<` on strings compares UTF-16 units, which differs above U+FFFF.) */
export function sortedByText<T>(items: readonly T[], text: (item: T) => string): T[] {
  return items
    .map((item) => ({ item, key: Buffer.from(text(item)) }))
    .sort((a, b) => Buffer.compare(a.key, b.key))
    .map(({ item }) => item);
}
