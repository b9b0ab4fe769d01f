/* The search of Sphinx fetches every page it found, for a line of its text. A browser forbids that
   to a page opened from a file: there the results come without the line. */
if (window.location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
