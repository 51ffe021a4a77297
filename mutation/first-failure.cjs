const fc = require('fast-check');

/** One failure of a property kills a mutant: nobody needs the smallest, whose search takes longer than all else. */
fc.configureGlobal({ ...fc.readConfigureGlobal(), endOnFailure: true });
