#!/usr/bin/env node
/**
 * Makes the sample screen captures of this folder: a drawn desktop with a ticket form that is filled in, a moving
 * pointer and a clock. The files in the repository were made with ffmpeg 5.1.9 (Debian 12 package 7:5.1.9-0+deb12u1,
 * libx264, libvpx); another version gives other bytes, so run this only to replace all of them together with
 * `sha256sums.txt`.
 *
 * Usage: node make-media.mjs   (needs ffmpeg with libx264, libvpx and drawtext on PATH)
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const folder = import.meta.dirname;
const font = "DejaVuSansMono";

/** Filter graph of one desktop: window, form fields that fill up over time, pointer, clock. */
function desktop({ title, accent, lines }) {
  const text = (value, x, y, size, colour, extra = "") =>
    `drawtext=font=${font}:text='${value}':x=${x}:y=${y}:fontsize=${size}:fontcolor=${colour}${extra}`;
  return [
    `drawbox=x=0:y=0:w=iw:h=28:color=${accent}:t=fill`,
    text(title, 12, 7, 14, "white"),
    "drawbox=x=24:y=52:w=420:h=280:color=0xf4f4f4:t=fill",
    "drawbox=x=24:y=52:w=420:h=24:color=0xd0d4dc:t=fill",
    "drawbox=x=464:y=52:w=152:h=280:color=0xe8ecf2:t=fill",
    text("Customer", 474, 60, 12, "0x303030"),
    ...lines.map((line, i) => text(line, 40, 96 + i * 26, 14, "0x202020", `:enable='gte(t,${i})'`)),
    text("%{pts\\:hms}", 530, 7, 13, "white"),
    text("^", "40+mod(t*37\\,380)", "120+mod(t*23\\,190)", 18, "0xc02020"),
  ].join(",");
}

const scenes = {
  order: {
    title: "Order desk - ticket 4711",
    accent: "0x2f5d8a",
    lines: [
      "Order      A-20931",
      "Status     delayed",
      "Promise    Friday",
      "Note       carrier called",
      "Refund     none",
    ],
  },
  payment: {
    title: "Payments - card update",
    accent: "0x8a3f2f",
    lines: ["Account    ****-0042", "Card       masked", "Amount     129.00", "Approved   yes"],
  },
  claim: {
    title: "Claims - case 88-104",
    accent: "0x2f8a5d",
    lines: [
      "Case       88-104",
      "Opened     2026-05-07",
      "Policy     H-55",
      "Photos     3",
      "Decision   open",
      "Reviewer   desk 4",
    ],
  },
};

const x264 = ["-c:v", "libx264", "-preset", "veryslow", "-crf", "34", "-pix_fmt", "yuv420p"];
const vpx = (codec, rate) => ["-c:v", codec, "-b:v", rate, "-deadline", "good", "-cpu-used", "2", "-threads", "1"];

/** `-bitexact` keeps the encoder's version and random track ids out of the files. */
const files = [
  { name: "order-12s.mp4", scene: "order", seconds: 12, fps: 5, args: x264 },
  {
    name: "payment-8s-faststart.mp4",
    scene: "payment",
    seconds: 8,
    fps: 5,
    args: [...x264, "-movflags", "+faststart"],
  },
  {
    name: "claim-20s-fragmented.mp4",
    scene: "claim",
    seconds: 20,
    fps: 5,
    args: [...x264, "-g", "25", "-movflags", "+frag_keyframe+empty_moov+default_base_moof"],
  },
  { name: "order-10s-vp8.webm", scene: "order", seconds: 10, fps: 5, args: vpx("libvpx", "60k") },
  { name: "claim-30s-vp9.webm", scene: "claim", seconds: 30, fps: 4, args: vpx("libvpx-vp9", "30k") },
  {
    name: "payment-6s-live-vp8.webm",
    scene: "payment",
    seconds: 6,
    fps: 5,
    args: [...vpx("libvpx", "60k"), "-live", "1"],
  },
];

const sums = [];
for (const { name, scene, seconds, fps, args } of files) {
  const out = join(folder, name);
  execFileSync("ffmpeg", [
    ...["-hide_banner", "-loglevel", "error", "-y", "-f", "lavfi"],
    ...["-i", `color=c=0x5a6a7a:s=640x360:r=${fps}:d=${seconds}`, "-vf", desktop(scenes[scene])],
    ...[...args, "-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact", out],
  ]);
  sums.push(`${createHash("sha256").update(readFileSync(out)).digest("hex")}  ${name}`);
}
writeFileSync(join(folder, "sha256sums.txt"), `${sums.join("\n")}\n`);
