/** The leaves our schemas are made of. Each `error` is the end of the sentence "expected …". */
import { z } from 'zod';

export const text = z.string({ error: 'a string' });

export const boolean = z.boolean({ error: 'true or false' });

/** A number; one in quotes counts, since templating tools like to quote. */
export const number = z.union(
  [
    z.number(),
    z
      .string()
      .regex(/^-?\d+(\.\d+)?$/)
      .transform(Number),
  ],
  { error: 'a number' },
);

const FIFTEEN_DIGITS = 'a whole number of at most 15 digits';

export const wholeNumber = z.union(
  [
    z.int({
      error: ({ code }) => (code === 'too_big' || code === 'too_small' ? FIFTEEN_DIGITS : 'a whole number'),
    }),
    z
      .string()
      .regex(/^-?\d{1,15}$/)
      .transform(Number),
  ],
  { error: 'a whole number' },
);

/** Labels, metadata and the like; YAML makes numbers and booleans of what people mean as text. */
export const stringMap = z.record(
  z.string(),
  z.union([z.string(), z.number().transform(String), z.boolean().transform(String)], { error: 'a string' }),
  { error: 'an object with strings' },
);

/** A list in which elements that could not be read are undefined, so that the others keep their index. */
export function list<Element extends z.ZodType>(element: Element): z.ZodArray<z.ZodOptional<Element>> {
  return z.array(element.optional(), { error: 'a list' });
}

export function record<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$loose> {
  return z.looseObject(shape, { error: 'an object' });
}

/** The elements that could be read, with the index they have in the manifest. */
export function present<Element>(
  elements: readonly (Element | undefined)[] | undefined,
): readonly (readonly [number, Element])[] {
  return (elements ?? []).flatMap((element, index) =>
    element === undefined ? [] : [[index, element] as const],
  );
}
