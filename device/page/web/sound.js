// A sound for each verdict, for who does not look.

const TONES = { ok: [[880, 0, 0.12], [1320, 0.12, 0.16]], unsure: [[660, 0, 0.18], [660, 0.26, 0.18]], retake: [[220, 0, 0.3], [165, 0.36, 0.5]] };
let context = null;

export function wake() {
  context ??= new AudioContext();
  context.resume();
}

export function play(state) {
  if (!context) return;
  for (const [hertz, at, long] of TONES[state] ?? []) {
    const tone = context.createOscillator();
    const volume = context.createGain();
    tone.frequency.value = hertz;
    tone.type = state === "retake" ? "square" : "sine";
    const start = context.currentTime + at;
    volume.gain.setValueAtTime(0, start);
    volume.gain.linearRampToValueAtTime(0.22, start + 0.02);
    volume.gain.setValueAtTime(0.22, start + long - 0.03);
    volume.gain.linearRampToValueAtTime(0, start + long);
    tone.connect(volume).connect(context.destination);
    tone.start(start);
    tone.stop(start + long);
  }
}
