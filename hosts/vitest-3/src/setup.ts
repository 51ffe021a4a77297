import { clearBetweenTests } from 'memokit/testing';
import { afterEach } from 'vitest';

clearBetweenTests(afterEach);
