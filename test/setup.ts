import fc from 'fast-check';

/**
 * What properties are tried on is the same at each `npm test`, so that a change that fails is the change that
 * broke it. Other modes draw anew: `npm run test:random` looks for what nobody has thought of.
 */
if (process.env.MODE === 'test') fc.configureGlobal({ seed: 20261125 });
