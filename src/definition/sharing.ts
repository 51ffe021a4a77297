/** How receivers share entries: one set for all of them, one set for each instance, or one set for each class. */
export type Sharing = 'one' | 'instance' | 'class';
