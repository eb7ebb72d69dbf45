/** The ids of the restaurants a person owns. Throws ServiceUnavailable when the service that knows does not answer. */
export type OwnedRestaurants = (ownerId: string) => Promise<readonly string[]>;
