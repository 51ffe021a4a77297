/** Decorates a member of a class as compilers do, in either dialect, so that no compiler is needed. */

export function decorateStandard({ prototype }, name, decorator) {
  const descriptor = Object.getOwnPropertyDescriptor(prototype, name);
  const part = 'value' in descriptor ? 'value' : 'get';
  const context = {
    kind: part === 'value' ? 'method' : 'getter',
    name,
    static: false,
    private: false,
    access: { has: (object) => name in object, get: (object) => object[name] },
    metadata: {},
    addInitializer() {},
  };
  Object.defineProperty(prototype, name, { ...descriptor, [part]: decorator(descriptor[part], context) });
}

export function decorateLegacy({ prototype }, name, decorator) {
  const descriptor = Object.getOwnPropertyDescriptor(prototype, name);
  Object.defineProperty(prototype, name, decorator(prototype, name, descriptor) ?? descriptor);
}
