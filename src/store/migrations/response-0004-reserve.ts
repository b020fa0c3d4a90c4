/** Filled and emptied again: what it leaves free inside the file needs no room on the disk later. */
export const responseReserve = `
CREATE TABLE reserve (
  id INTEGER PRIMARY KEY,
  filler BLOB NOT NULL
) STRICT;
`;
