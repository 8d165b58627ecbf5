// Everything a page does by itself. Each module binds to attributes in the page; none needs a call from one.
import "./preferences.js";
import "./dialogs.js";
import "./messages.js";
import "./forms.js";
import "./rows.js";
import "./keys.js";
import "./palette.js";
import "./watch.js";
