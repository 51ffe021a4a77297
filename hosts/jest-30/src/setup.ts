import { clearBetweenTests } from 'memokit/testing';

clearBetweenTests();
