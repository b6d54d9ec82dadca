// Every word of the page, in the languages that it speaks.

const TEXTS = {
  en: {
    theme: "Light or dark", sound: "Sound", help: "Keys", live: "Live picture", views: "What is shown",
    shoot: "Shoot", space: "space", sku: "SKU", view: "View", clear: "Clear", shots: "Last shots", troubles: "What is wrong",
    noshots: "None yet. Dress the form and step back.", retake: "Take again", keep: "Keep it", close: "Close",
    shutter: "This rig takes its photos from a folder: press the camera's shutter.",
    pressShutter: "Named as before: press the camera's shutter.",
    keys: "Keys", scanner: "A barcode scanner may type at any time: what it scans becomes the SKU.",
    door: "The rig's token", doorwhere: "It stands in the rig's log, with a QR code, and in its file page-token.",
    token: "Token", doorwrong: "That is not the rig's token.", enter: "Open",
    mask: "Mask", checker: "Checker", white: "White", black: "Black", magenta: "Magenta", plain: "Camera",
    onion: "Reference", guides: "Guides", pin: "Use as reference", noReference: "There is no shot to compare with yet.",
    pinned: "This shot is the reference now.",
    nocamera: "No picture from the camera", since: "since {0}", lost: "No connection to the rig",
    lostWhy: "Is it switched on, and this device in its network? The page goes on by itself.",
    broker: "Broker away", brokerWhy: "Shots are safe on the rig and are sent later.", brokerOn: "Broker connected",
    waiting: "{0} shots wait to be sent", waiting1: "1 shot waits to be sent",
    ok: "OK", unsure: "CHECK", retakeWord: "RETAKE", take: "take {0}", more: "{0} shots to be taken again",
    sizeLarger: "{0}% larger", sizeSmaller: "{0}% smaller", left: "{0}% too far left", right: "{0}% too far right",
    high: "{0}% too high", low: "{0}% too low", fits: "As the reference",
    keyShoot: "Shoot", keyRetake: "Take the shot again", keyKeep: "Keep it, close", keyPin: "Last shot as reference",
    keyFull: "Whole screen", nameless: "no SKU", selected: "Next: {0}", busy: "Shooting …",
    failed: "The rig did not answer: try again.", openShot: "Open shot {0}", state: "Rig: {0}",
    edgeLeft: "left", edgeRight: "right", edgeTop: "top", edgeBottom: "bottom",
    moveLeft: "Move the form to the right, or the camera back.", moveRight: "Move the form to the left, or the camera back.",
    moveTop: "Lower the form or tilt the camera up, or move it back.", moveBottom: "Raise the form or tilt the camera down, or move it back.",
    cutAt: "It leaves the picture ({0})",
    list: "Shot list", listnext: "What comes next", listload: "Load a CSV", listexport: "Export", listclear: "End the list",
    listnone: "none", listdone: "{0} of {1} done", listrejected: "{0} rejected", listloaded: "The shot list is loaded.", large: "The file is too large for a shot list.", noUtf8: "The file is not in UTF-8: save it as \"CSV UTF-8\".",
    erase: "Erase", restore: "Restore", size: "Size", undo: "Undo", redo: "Redo", save: "Save as a new take", saved: "Saved as a new take.", saving: "The edge is drawn anew …",
    approve: "Approve", reject: "Reject", reason: "Reason", approved: "Approved", rejected: "Rejected", reasons4: "crease|wrong garment|dirt on the set|not straight",
    waits: {
      "starting": "Starting", "moving": "Something moves", "empty set": "No garment on the set", "settling": "Hold still …",
      "waiting for change": "Waiting for the next garment", "somebody in the picture": "Step out of the picture",
      "shooting": "Shooting", "waiting": "Waiting", "waiting for a command": "Ready: press Shoot",
      "waiting for a photo": "Waiting for a photo", "no picture": "No picture", "shot refused": "Shot refused", "code shown": "Code read: take it out of the picture",
    },
    reasons: {
      "damaged": ["The photo's file is damaged", "Copy it from the camera again."],
      "nothing-found": ["No garment found", "Put it into the picture, light it, clear the background."],
      "touches-edge": ["It touches the picture's edge", "Move the camera back, or the garment in."],
      "blurred": ["It is not sharp", "Focus, expose shorter, let the garment hang still."],
      "moved": ["It moved", "Step back further, stop the draught."],
      "over-exposed": ["It is too bright", "Expose less, or turn the lamp away."],
      "under-exposed": ["It is too dark", "Expose more, and see whether a lamp has failed."],
      "white-balance": ["The colours have shifted", "Fix the white balance, and see whether a lamp was changed."],
      "edge-unsure": ["The edge is unsure", "Look at the edge; a backdrop of another colour helps."],
      "islands": ["The cutout has several parts", "Look for pieces of background."],
      "holes": ["The cutout has holes", "Look whether they belong there."],
      "mask-unsure": ["The mask is unsure", "Look at the marked place."],
      "mannequin-leak": ["Some of the form is in it", "Look at neck, arms and stand."],
      "somebody-in-picture": ["Somebody is in the picture", "Step out, then take it again."],
    },
  },
  de: {
    theme: "Hell oder dunkel", sound: "Ton", help: "Tasten", live: "Live-Bild", views: "Was gezeigt wird",
    shoot: "Auslösen", space: "Leertaste", sku: "Artikelnummer", view: "Ansicht", clear: "Leeren", shots: "Letzte Aufnahmen", troubles: "Was nicht stimmt",
    noshots: "Noch keine. Kleiden Sie die Büste an und treten Sie zurück.", retake: "Noch einmal", keep: "Behalten", close: "Schließen",
    shutter: "Diese Station nimmt ihre Fotos aus einem Ordner: Lösen Sie an der Kamera aus.",
    pressShutter: "Benannt wie zuvor: Lösen Sie an der Kamera aus.",
    keys: "Tasten", scanner: "Ein Barcode-Scanner darf jederzeit tippen: Was er liest, wird die Artikelnummer.",
    door: "Der Zugangscode der Station", doorwhere: "Er steht mit einem QR-Code im Protokoll der Station und in ihrer Datei page-token.",
    token: "Zugangscode", doorwrong: "Das ist nicht der Zugangscode der Station.", enter: "Öffnen",
    mask: "Maske", checker: "Karo", white: "Weiß", black: "Schwarz", magenta: "Magenta", plain: "Kamera",
    onion: "Referenz", guides: "Hilfslinien", pin: "Als Referenz nehmen", noReference: "Noch gibt es keine Aufnahme zum Vergleichen.",
    pinned: "Diese Aufnahme ist jetzt die Referenz.",
    nocamera: "Kein Bild von der Kamera", since: "seit {0}", lost: "Keine Verbindung zur Station",
    lostWhy: "Ist sie an, und dieses Gerät in ihrem Netz? Die Seite macht von selbst weiter.",
    broker: "Broker nicht erreichbar", brokerWhy: "Die Aufnahmen sind auf der Station sicher und werden später gesendet.", brokerOn: "Broker verbunden",
    waiting: "{0} Aufnahmen warten auf den Versand", waiting1: "1 Aufnahme wartet auf den Versand",
    ok: "OK", unsure: "PRÜFEN", retakeWord: "NOCH EINMAL", take: "Aufnahme {0}", more: "{0} Aufnahmen sind zu wiederholen",
    sizeLarger: "{0} % größer", sizeSmaller: "{0} % kleiner", left: "{0} % zu weit links", right: "{0} % zu weit rechts",
    high: "{0} % zu hoch", low: "{0} % zu tief", fits: "Wie die Referenz",
    keyShoot: "Auslösen", keyRetake: "Aufnahme wiederholen", keyKeep: "Behalten, schließen", keyPin: "Letzte Aufnahme als Referenz",
    keyFull: "Ganzer Bildschirm", nameless: "ohne Nummer", selected: "Als Nächstes: {0}", busy: "Löst aus …",
    failed: "Die Station hat nicht geantwortet: Versuchen Sie es noch einmal.", openShot: "Aufnahme {0} öffnen", state: "Station: {0}",
    edgeLeft: "links", edgeRight: "rechts", edgeTop: "oben", edgeBottom: "unten",
    moveLeft: "Schieben Sie die Büste nach rechts oder die Kamera zurück.", moveRight: "Schieben Sie die Büste nach links oder die Kamera zurück.",
    moveTop: "Senken Sie die Büste, neigen Sie die Kamera nach oben oder stellen Sie sie zurück.", moveBottom: "Heben Sie die Büste, neigen Sie die Kamera nach unten oder stellen Sie sie zurück.",
    cutAt: "Es ragt aus dem Bild ({0})",
    list: "Aufnahmeliste", listnext: "Was als Nächstes kommt", listload: "CSV laden", listexport: "Exportieren", listclear: "Liste beenden",
    listnone: "keine", listdone: "{0} von {1} fertig", listrejected: "{0} abgelehnt", listloaded: "Die Aufnahmeliste ist geladen.", large: "Die Datei ist zu groß für eine Aufnahmeliste.", noUtf8: "Die Datei ist nicht in UTF-8: als „CSV UTF-8“ speichern.",
    erase: "Entfernen", restore: "Zurückholen", size: "Größe", undo: "Rückgängig", redo: "Wiederholen", save: "Als neue Aufnahme sichern", saved: "Als neue Aufnahme gesichert.", saving: "Der Rand wird neu gezeichnet …",
    approve: "Freigeben", reject: "Ablehnen", reason: "Grund", approved: "Freigegeben", rejected: "Abgelehnt", reasons4: "Falte|falsches Stück|Schmutz im Set|nicht gerade",
    waits: {
      "starting": "Startet", "moving": "Etwas bewegt sich", "empty set": "Kein Kleidungsstück im Set", "settling": "Stillhalten …",
      "waiting for change": "Wartet auf das nächste Stück", "somebody in the picture": "Treten Sie aus dem Bild",
      "shooting": "Löst aus", "waiting": "Wartet", "waiting for a command": "Bereit: Auslösen drücken",
      "waiting for a photo": "Wartet auf ein Foto", "no picture": "Kein Bild", "shot refused": "Aufnahme abgelehnt", "code shown": "Code gelesen: nehmen Sie ihn aus dem Bild",
    },
    reasons: {
      "damaged": ["Die Fotodatei ist beschädigt", "Kopieren Sie sie noch einmal von der Kamera."],
      "nothing-found": ["Kein Kleidungsstück gefunden", "Ins Bild stellen, beleuchten, Hintergrund freiräumen."],
      "touches-edge": ["Es berührt den Bildrand", "Kamera zurück oder das Stück in die Mitte."],
      "blurred": ["Es ist nicht scharf", "Scharfstellen, kürzer belichten, das Stück ausschwingen lassen."],
      "moved": ["Es hat sich bewegt", "Weiter zurücktreten, Luftzug abstellen."],
      "over-exposed": ["Es ist zu hell", "Weniger belichten oder die Lampe wegdrehen."],
      "under-exposed": ["Es ist zu dunkel", "Mehr belichten; ist eine Lampe ausgefallen?"],
      "white-balance": ["Die Farben haben sich verschoben", "Weißabgleich feststellen; wurde eine Lampe gewechselt?"],
      "edge-unsure": ["Der Rand ist unsicher", "Sehen Sie den Rand an; ein andersfarbiger Hintergrund hilft."],
      "islands": ["Der Ausschnitt hat mehrere Teile", "Suchen Sie nach Stücken des Hintergrunds."],
      "holes": ["Der Ausschnitt hat Löcher", "Gehören sie dorthin?"],
      "mask-unsure": ["Die Maske ist unsicher", "Sehen Sie die markierte Stelle an."],
      "mannequin-leak": ["Etwas von der Büste ist dabei", "Sehen Sie Hals, Arme und Ständer an."],
      "somebody-in-picture": ["Jemand ist im Bild", "Treten Sie heraus und lösen Sie noch einmal aus."],
    },
  },
};

export const language = (navigator.languages ?? [navigator.language])
  .map((each) => String(each).slice(0, 2).toLowerCase())
  .find((each) => each in TEXTS) ?? "en";

const table = TEXTS[language];

export function text(key, ...values) {
  return values.reduce((line, value, at) => line.replace(`{${at}}`, String(value)), table[key] ?? key);
}

export const say = {
  waits: (state) => table.waits[state] ?? state,
  reason: (reason) => table.reasons[reason] ?? [reason, ""],
  time: (stamp) => new Intl.DateTimeFormat(language, { timeStyle: "medium" }).format(new Date(stamp)),
};

export function translate(root) {
  document.documentElement.lang = language;
  for (const each of root.querySelectorAll("[data-text]")) each.textContent = text(each.dataset.text);
  for (const each of root.querySelectorAll("[data-label]")) each.setAttribute("aria-label", text(each.dataset.label));
}
