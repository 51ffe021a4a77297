import { cached } from 'memokit';

// expect: Type 'number' is not assignable to type 'NoSuchOption<"maxSize">'.
void cached.with({ ttl: 1000, maxSize: 5 });
