/** Compilers other than TypeScript's, as jest transforms: what each is told to compile a dialect of decorators. */
const compilers = {
  esbuild(source, file, legacy) {
    return require('esbuild').transformSync(source, {
      loader: 'ts',
      format: 'cjs',
      target: 'es2022',
      sourcefile: file,
      sourcemap: 'inline',
      tsconfigRaw: { compilerOptions: { experimentalDecorators: legacy } },
    }).code;
  },

  swc(source, file, legacy) {
    return require('@swc/core').transformSync(source, {
      filename: file,
      sourceMaps: 'inline',
      module: { type: 'commonjs' },
      jsc: {
        target: 'es2022',
        parser: { syntax: 'typescript', decorators: true },
        transform: legacy ? { legacyDecorator: true, decoratorMetadata: true } : { decoratorVersion: '2023-11' },
      },
    }).code;
  },

  babel(source, file, legacy) {
    return require('@babel/core').transformSync(source, {
      filename: file,
      babelrc: false,
      configFile: false,
      sourceMaps: 'inline',
      presets: [['@babel/preset-typescript', { allowDeclareFields: true }]],
      plugins: [
        ['@babel/plugin-proposal-decorators', { version: legacy ? 'legacy' : '2023-11' }],
        '@babel/plugin-transform-modules-commonjs',
      ],
    }).code;
  },
};

module.exports = {
  process(source, file, { transformerConfig: { compiler, dialect } }) {
    return { code: compilers[compiler](source, file, dialect === 'legacy') };
  },
};
