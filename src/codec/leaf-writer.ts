import { isView } from '../platform.js';
import type { ByteWriter } from './byte-writer.js';
import { addedTo, addedToView, kindOf, VIEWS } from './kind.js';
import { describe, type Path } from './path.js';
import { isLittleEndian, TAG } from './tags.js';

/**
 * Writes an object of a built-in class that has no members. Returns the ArrayBuffer that has to follow, if the object is a
 * view of a whole one.
 */
export function writeLeaf(out: ByteWriter, path: Path, kind: string, object: any): object | undefined {
  if (isView(object)) return writeView(out, path, kind, object);
  refuseProperties(path, object);
  if (kind === 'Date') {
    out.byte(TAG.date);
    out.float(Date.prototype.getTime.call(object));
  } else if (kind === 'URL') {
    out.byte(TAG.url);
    out.text(object.href);
  } else if (kind === 'RegExp') {
    const { source, flags, lastIndex } = object;
    if (typeof lastIndex !== 'number') path.refuse('a RegExp whose lastIndex is no number');
    out.byte(TAG.regExp);
    out.text(source);
    out.text(flags);
    out.float(lastIndex);
  } else {
    if (object.resizable) path.refuse('a resizable ArrayBuffer');
    out.byte(TAG.buffer);
    writeBytes(out, new Uint8Array(object));
  }
  return undefined;
}

function writeBytes(out: ByteWriter, bytes: Uint8Array): void {
  out.count(bytes.length);
  out.bytes(bytes);
}

/**
 * A view of a whole ArrayBuffer refers to it, so that views of one buffer share it afterwards. Any other view, and a Buffer,
 * is stored with its own bytes only: the rest of the buffer may belong to others, as in the pool of Node.
 */
function writeView(out: ByteWriter, path: Path, kind: string, view: ArrayBufferView): object | undefined {
  refuseAdded(path, view, addedToView(view));
  const { buffer, byteOffset, byteLength } = view;
  if (!isLittleEndian) path.refuse(`${describe(view)} on a platform that is not little-endian`);
  if (kindOf(buffer) !== 'ArrayBuffer') path.refuse(`a view of ${describe(buffer)}`);
  if ((buffer as { resizable?: boolean }).resizable) path.refuse('a view of a resizable ArrayBuffer');
  const isWhole = kind !== 'Buffer' && byteLength === buffer.byteLength;
  out.byte(isWhole ? TAG.view : TAG.part);
  out.byte(VIEWS.indexOf(kind));
  path.step = 'buffer';
  if (isWhole) return buffer;
  writeBytes(out, new Uint8Array(buffer, byteOffset, byteLength));
  return undefined;
}

/** Built-in objects are stored without properties that a program gave them, so those are refused. */
export function refuseProperties(path: Path, object: object): void {
  refuseAdded(path, object, addedTo(object));
}

function refuseAdded(path: Path, object: object, [name]: readonly PropertyKey[]): void {
  if (name === undefined) return;
  path.step = name;
  path.refuse(`a property of ${describe(object)}`);
}
