import { shortened } from '../errors.js';
import { keyFor, nameOf, peek } from '../platform.js';
import { propertiesOf } from './body.js';
import { askValue } from './cache-key.js';
import { KEYED, type Marker } from './marker.js';
import { contentOf, enumerable, kindOfValue, kindWith } from './value.js';

/**
 * Returns the places in a value that keys compare by identity, each with what stands there: `args[0]._id: ObjectId`. Looks
 * into each object once, and stops at ten places. Getters, `[cacheKey]()` methods and registered functions run.
 *
 * @param root The name of the value itself.
 */
export function identityPlaces(root: string, value: unknown): string[] {
  const found: string[] = [];
  const objects = new Map<unknown, ComparedByContent | undefined>();
  const visit = (place: string, value: unknown): void => {
    if (found.length === MOST_PLACES || objects.has(value)) return;
    if (typeof value === 'object' && value !== null) {
      const kind = kindOfValue(value);
      const content = contentOf(value, kind);
      if (content === undefined) found.push(`${place}: ${nameOf(peek(value, 'constructor')) || 'object'}`);
      else {
        const object = { target: value, place, kind: kindWith(content, kind), content };
        objects.set(value, object);
        // The value of an instance may contain its constructor, which is the same at the next call.
        const made = object.kind === KEYED && peek(value, 'constructor');
        if (typeof made === 'function') objects.set(made, undefined);
      }
    } else if (typeof value === 'function') found.push(`${place}: function ${nameOf(value) || 'anonymous'}`);
    else if (typeof value === 'symbol' && keyFor(value) === undefined) found.push(`${place}: ${String(value)}`);
  };
  visit(root, value);
  // The loop also reaches the objects that are added while it runs.
  for (const object of objects.values()) if (object !== undefined) visitMembers(object, visit);
  return found;
}

const MOST_PLACES = 10;

interface ComparedByContent {
  readonly target: object;
  readonly place: string;
  readonly kind: Marker;
  /** The content, as `contentOf` returned it. */
  readonly content: unknown;
}

/** Visits everything that an object contributes to a key. */
function visitMembers({ target, place, kind, content }: ComparedByContent, visit: Visit): void {
  if (kind === KEYED) visit(`${place}[cacheKey]()`, askValue(target, content));
  if (kind === KEYED || content instanceof Uint8Array) return;
  if (typeof content === 'object' && content !== kind) {
    let i = 0;
    for (const member of content as Iterable<unknown>) {
      if (kind.text === '<Set>') visit(`${place}[member ${i}]`, member);
      else {
        const [key, value] = member as [unknown, unknown];
        visit(`${place}[key ${i}]`, key);
        visit(`${place}.get(${Object(key) === key ? `[key ${i}]` : quoted(key)})`, value);
      }
      i++;
    }
  }
  const [names, symbols] = propertiesOf(target, kind, content);
  for (const name of [...names, ...enumerable(target, symbols)]) {
    visit(place + stepTo(name), (target as Record<PropertyKey, unknown>)[name]);
  }
}

/** Returns the text that leads from an object to a property: `.name`, `[0]`, `['other name']` or `[Symbol(tag)]`. */
function stepTo(name: PropertyKey): string {
  const text = shortened(name);
  if (/^\d+$/.test(text)) return `[${text}]`;
  return /^[\w$]+$/.test(text) ? `.${text}` : `[${quoted(name)}]`;
}

type Visit = (place: string, value: unknown) => void;

function quoted(value: unknown): string {
  return typeof value === 'string' ? `'${shortened(value)}'` : shortened(value);
}
