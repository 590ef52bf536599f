// Parts of regular expressions. @see https://www.rfc-editor.org/rfc/rfc9110#section-5

/** The name of a header. */
export const NAME = /[!#$%&'*+\-.^_`|~\dA-Za-z]+/.source;

/** The value of a header. */
export const VALUE = /[\t\x20-\x7e\x80-\xff]*/.source;

/** A line with a header. */
export const FIELD = new RegExp(`^${NAME}:${VALUE}$`);
