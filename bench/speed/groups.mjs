/** The groups of contenders: which of them run in one process. */

/** The entrants that a group names, in its order. */
export function chosen(entrants, group) {
  return group.map((name) => entrants.find((entrant) => entrant.name === name));
}

/**
 * The groups of those that memoize a call; the first is the limit, which joins each. Decorated methods would share what
 * V8 learns with the functions of the same library, so they run apart from them.
 */
export function groupsOf(call, entrants) {
  const [{ name: limit }, ...others] = entrants;
  const companyOf = ({ isDecorated, isObjectKeyed }) =>
    isDecorated ? 'decorated' : isObjectKeyed && call.isString ? 'object-keyed' : 'main';
  const companies = ['main', 'decorated', 'object-keyed'].map((company) =>
    others.filter((entrant) => companyOf(entrant) === company).map(({ name }) => name),
  );
  return companies.filter((company) => company.length > 0).map((company) => [limit, ...company]);
}
