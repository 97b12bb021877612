import type { ComponentChildren, JSX } from "preact";
import type { Product } from "./api-types.ts";

/** The colours of all drawings: few, so that the shelf looks like one hand's work. */
const ink = "#2c2a29";
const cream = "#fbf3e4";
const sand = "#e3c79a";
const tan = "#c98f52";
const brown = "#8a5a33";
const coral = "#ef7b4d";
const amber = "#f6b048";
const leaf = "#4f9a6b";
const moss = "#2f6e50";
const sky = "#7fb8d6";
const water = "#a9d7e8";
const sea = "#3f7fa6";
const steel = "#8d99a3";
const rose = "#e79a94";

const line = { fill: "none", "stroke-linecap": "round", "stroke-linejoin": "round" } as const;
const Eye = ({ x, y, r = 4.5 }: { x: number; y: number; r?: number }) => (
  <>
    <circle cx={x} cy={y} r={r} fill={ink} />
    <circle cx={x - r / 3} cy={y - r / 3} r={r / 3} fill="#fff" />
  </>
);
const Ground = ({ y = 152, rx = 70 }: { y?: number; rx?: number }) => (
  <ellipse cx="120" cy={y} rx={rx} ry="7" fill={ink} opacity=".13" />
);

const goldfish = (
  <>
    <path
      d="M158 92c14-26 36-36 48-32-6 12-8 22-7 32 0 12 3 22 9 34-14 4-36-8-50-34Z"
      fill={amber}
    />
    <path
      d="M172 92c10-8 20-12 28-13M172 94c10 7 20 12 28 14"
      {...line}
      stroke={coral}
      stroke-width="3"
    />
    <path d="M98 60c12-22 40-24 52-8l-8 18Z" fill={amber} />
    <path
      d="M42 94c8-30 40-44 72-40 26 3 46 20 52 39-8 22-28 38-56 40-34 2-62-14-68-39Z"
      fill={coral}
    />
    <path
      d="M50 106c14 20 40 28 64 26 22-2 38-12 47-27-28 13-78 16-111 1Z"
      fill={amber}
      opacity=".75"
    />
    <path
      d="M104 76q10 6 10 16t-10 16M124 74q10 8 10 18t-10 17M143 79q7 6 7 13t-7 13"
      {...line}
      stroke={cream}
      stroke-width="3"
      opacity=".6"
    />
    <path d="M108 102c10 2 18 12 16 24-12 0-22-8-24-20Z" fill={amber} />
    <path d="M79 68c8 12 9 34 1 48" {...line} stroke="#c95a31" stroke-width="3" />
    <circle cx="65" cy="84" r="9" fill={cream} />
    <Eye x={64} y={84} r={5.5} />
    <path d="M45 101q8 4 14 1" {...line} stroke={ink} stroke-width="2.5" />
    <g {...line} stroke={sea} stroke-width="2.5" opacity=".7">
      <circle cx="34" cy="72" r="5" />
      <circle cx="27" cy="52" r="7" />
      <circle cx="39" cy="35" r="4" />
    </g>
  </>
);

const hamster = (
  <>
    <Ground rx={60} />
    <circle cx="88" cy="48" r="14" fill={tan} />
    <circle cx="152" cy="48" r="14" fill={tan} />
    <circle cx="88" cy="49" r="7.5" fill={rose} />
    <circle cx="152" cy="49" r="7.5" fill={rose} />
    <path d="M66 112c-6-40 18-76 54-76s60 36 54 76c-3 26-26 40-54 40s-51-14-54-40Z" fill={tan} />
    <path
      d="M120 74c26 0 40 20 38 42-2 24-18 34-38 34s-36-10-38-34c-2-22 12-42 38-42Z"
      fill={cream}
    />
    <path d="M120 40c8 10 8 26 0 40-8-14-8-30 0-40Z" fill={brown} opacity=".55" />
    <ellipse cx="88" cy="88" rx="15" ry="12" fill={sand} />
    <ellipse cx="152" cy="88" rx="15" ry="12" fill={sand} />
    <Eye x={101} y={70} r={6} />
    <Eye x={139} y={70} r={6} />
    <path d="M114 82h12l-6 6Z" fill={rose} stroke={rose} stroke-width="3" stroke-linejoin="round" />
    <path d="M120 89v3m0 0q-5 6-10 2m10-2q5 6 10 2" {...line} stroke={ink} stroke-width="2.2" />
    <path d="M120 100c9 8 9 20 0 26-9-6-9-18 0-26Z" fill={brown} />
    <path d="M120 103v20" {...line} stroke={sand} stroke-width="2" />
    <ellipse cx="104" cy="114" rx="9" ry="7" fill={rose} transform="rotate(20 104 114)" />
    <ellipse cx="136" cy="114" rx="9" ry="7" fill={rose} transform="rotate(-20 136 114)" />
    <ellipse cx="95" cy="150" rx="15" ry="6" fill={rose} />
    <ellipse cx="145" cy="150" rx="15" ry="6" fill={rose} />
    <path
      d="M84 84l-20-4m20 9-20 3M156 84l20-4m-20 9 20 3"
      {...line}
      stroke={brown}
      stroke-width="1.6"
      opacity=".7"
    />
  </>
);

const parrot = (
  <>
    <path d="M44 134h152" {...line} stroke={brown} stroke-width="9" />
    <path d="M60 131h40m30 5h44" {...line} stroke={tan} stroke-width="2" />
    <path d="M118 116c8 18 14 36 16 56-8-2-12-8-15-14-1 8-5 12-10 14-2-20 0-40 2-56Z" fill={sea} />
    <path d="M126 116c10 14 16 26 20 44-10-4-18-20-26-40Z" fill={coral} />
    <path d="M96 44c-6 30-8 62 10 82 8 8 24 8 34-2 18-20 18-58-2-82Z" fill={leaf} />
    <path d="M96 62c4 20 8 44 22 62-16-6-26-28-22-62Z" fill={amber} opacity=".85" />
    <path d="M92 50c-2-24 16-38 34-34 18 3 26 20 20 36-12 14-42 14-54-2Z" fill={coral} />
    <path d="M90 38c2-8 10-12 18-8 8 5 6 20-4 22-8 1-14-6-14-14Z" fill={cream} />
    <path d="M93 36c-16-2-26 10-22 26 4-6 10-8 15-6 6-3 10-8 10-14Z" fill={amber} />
    <path d="M79 59c0 6 4 10 9 9 2-4 1-8-2-12Z" fill={brown} />
    <Eye x={106} y={38} r={4.5} />
    <path d="M138 60c20 18 22 46 8 70-14-8-26-26-24-48 2-12 8-20 16-22Z" fill={moss} />
    <path d="M146 130c-12-8-22-22-22-38 10 2 22 10 25 22 1 6 0 12-3 16Z" fill={sea} />
    <path d="M132 78q10 2 17 11M129 92q10 4 18 14" {...line} stroke={leaf} stroke-width="2.5" />
    <path
      d="M108 128c-2 5-2 8 0 11m8-11c-2 5-2 8 0 11m14-11c-2 5-2 8 0 11m8-12c-2 5-2 8 0 12"
      {...line}
      stroke={ink}
      stroke-width="4"
    />
  </>
);

const tortoise = (
  <>
    <Ground rx={84} />
    <path d="M186 118c2-16 12-30 24-28 14 2 16 20 6 28-6 5-16 8-26 8Z" fill={leaf} />
    <Eye x={209} y={101} r={4} />
    <path d="M206 115q7 1 12-4" {...line} stroke={moss} stroke-width="2.5" />
    <path d="M46 126c-12 0-20 4-26 10 12 2 20 2 28-2Z" fill={leaf} />
    <path d="M64 122c-4 12-6 22-4 30h24c2-10 4-20 4-28Z" fill={leaf} />
    <path d="M150 124c-2 10-2 20 2 28h26c0-10 0-20-4-30Z" fill={leaf} />
    <path d="M62 151h20m72 0h22" {...line} stroke={moss} stroke-width="3" />
    <path d="M38 128c4-52 38-84 78-84 42 0 74 32 80 84Z" fill={tan} />
    <path d="M100 62h34l14 24-14 24h-34L86 86Z" fill={amber} />
    <path
      d="M100 62h34l14 24-14 24h-34L86 86Zm0 0-8-12m42 12 8-11m6 35h30M86 86H53m47 24-8 18m42-18 10 18"
      {...line}
      stroke={brown}
      stroke-width="4"
    />
    <path d="M108 74h18l8 12-8 12h-18l-8-12Z" {...line} stroke={sand} stroke-width="3" />
    <path d="M34 128h168" {...line} stroke={brown} stroke-width="9" />
    <path d="M66 82c8-14 18-22 28-26" {...line} stroke={cream} stroke-width="4" opacity=".5" />
  </>
);

const rabbit = (
  <>
    <Ground rx={72} />
    <circle cx="186" cy="124" r="15" fill="#fff" />
    <path d="M102 98C92 64 92 30 104 18c13 14 17 46 14 78Z" fill={sand} />
    <path d="M105 86c-6-22-6-42 0-54 6 12 8 34 6 54Z" fill={rose} />
    <path d="M78 100C58 76 48 46 54 30c20 8 38 40 44 68Z" fill={tan} />
    <path d="M82 92C70 74 62 56 61 44c14 10 25 30 31 48Z" fill={rose} />
    <path d="M100 104c22-26 62-28 82 0 16 22 10 46-10 48H92c-8-14-6-34 8-48Z" fill={sand} />
    <path d="M132 152c-6-26 10-46 30-44 20 2 26 30 14 44Z" fill={tan} opacity=".6" />
    <circle cx="86" cy="100" r="30" fill={sand} />
    <ellipse cx="68" cy="113" rx="13" ry="10" fill={cream} />
    <Eye x={78} y={93} r={5.5} />
    <path d="M57 104l8-3 1 8Z" fill={rose} stroke={rose} stroke-width="3" stroke-linejoin="round" />
    <path d="M66 110q2 6 8 5" {...line} stroke={brown} stroke-width="2.4" />
    <path d="M66 117l-20 4m21-9-21-1" {...line} stroke={brown} stroke-width="1.6" opacity=".7" />
    <ellipse cx="102" cy="148" rx="17" ry="7" fill={cream} />
    <ellipse cx="152" cy="149" rx="24" ry="7" fill={cream} />
    <path
      d="M30 153c2-10-2-14-6-18m8 18c0-12 4-18 9-22m-7 22c4-8 8-10 14-11"
      {...line}
      stroke={leaf}
      stroke-width="3"
    />
  </>
);

const bowl = (
  <>
    <Ground rx={52} />
    <path
      d="M76 40C48 56 38 82 46 108c8 28 36 44 74 44s66-16 74-44c8-26-2-52-30-68Z"
      fill="#fff"
      opacity=".5"
    />
    <path
      d="M42 84c-1 8 1 16 4 24 8 28 36 44 74 44s66-16 74-44c3-8 5-16 4-24-26 8-52-6-78 0s-52 6-78 0Z"
      fill={water}
    />
    <path
      d="M60 134c12 12 34 18 60 18s48-6 60-18c-14-6-26 2-38-3s-26 5-40 1-28-2-42 2Z"
      fill={sand}
    />
    <g fill={tan}>
      <circle cx="88" cy="143" r="4" />
      <circle cx="126" cy="145" r="5" />
      <circle cx="152" cy="141" r="4" />
    </g>
    <path
      d="M150 134c-8-16 6-24 0-40m10 42c-2-12 8-18 6-28"
      {...line}
      stroke={leaf}
      stroke-width="6"
    />
    <path d="M94 112c6-8 16-8 22 0-6 8-16 8-22 0Zm22 0 8-6v12Z" fill={coral} />
    <circle cx="99" cy="110" r="1.6" fill={ink} />
    <path
      d="M42 84c26 6 52 6 78 0s52-8 78 0"
      {...line}
      stroke={sea}
      stroke-width="3"
      opacity=".7"
    />
    <path
      d="M76 40C48 56 38 82 46 108c8 28 36 44 74 44s66-16 74-44c8-26-2-52-30-68"
      {...line}
      stroke={sea}
      stroke-width="4"
    />
    <ellipse
      cx="120"
      cy="39"
      rx="45"
      ry="8"
      fill="#fff"
      fill-opacity=".35"
      stroke={sea}
      stroke-width="4"
    />
    <path d="M60 72c4-8 9-13 15-17" {...line} stroke="#fff" stroke-width="5" />
  </>
);

const wheel = (
  <>
    <Ground rx={62} />
    <path d="M120 86 78 152m42-66 42 66" {...line} stroke={brown} stroke-width="8" />
    <path d="M62 152h116" {...line} stroke={brown} stroke-width="8" />
    <circle cx="120" cy="84" r="60" fill={cream} fill-opacity=".55" />
    <circle cx="120" cy="84" r="60" {...line} stroke={leaf} stroke-width="11" />
    <circle
      cx="120"
      cy="84"
      r="60"
      {...line}
      stroke={moss}
      stroke-width="4"
      stroke-dasharray="3 12.7"
    />
    <path
      d="M120 84V30m0 54 47-27m-47 27 47 27m-47-27v54m0-54-47 27m47-27L73 57"
      {...line}
      stroke={leaf}
      stroke-width="4"
    />
    <circle cx="120" cy="84" r="13" fill={amber} />
    <circle cx="120" cy="84" r="5" fill={brown} />
    <path
      d="M30 60q-8 24 0 48m180-48q8 24 0 48"
      {...line}
      stroke={steel}
      stroke-width="3.5"
      stroke-dasharray="8 9"
    />
  </>
);

const cage = (
  <>
    <Ground rx={62} />
    <circle cx="120" cy="18" r="8" {...line} stroke={amber} stroke-width="4" />
    <path d="M70 136V78c0-30 20-50 50-50s50 20 50 50v58Z" fill={cream} fill-opacity=".6" />
    <path
      d="M70 136V78c0-30 20-50 50-50s50 20 50 50v58M86 136V74c0-22 14-42 34-46 20 4 34 24 34 46v62M103 136V70c0-16 6-34 17-42 11 8 17 26 17 42v66M120 28v108M70 84h100M70 110h100"
      {...line}
      stroke={amber}
      stroke-width="3.5"
    />
    <path d="M88 102h64" {...line} stroke={brown} stroke-width="5" />
    <path d="M110 76a10 10 0 0 1 20 0v10h-20Z" fill="none" stroke={coral} stroke-width="3" />
    <rect
      x="104"
      y="108"
      width="32"
      height="28"
      rx="3"
      fill={cream}
      stroke={tan}
      stroke-width="3.5"
    />
    <path d="M115 108v28m10-28v28" {...line} stroke={tan} stroke-width="3" />
    <circle cx="140" cy="122" r="5" fill={steel} />
    <path d="M60 136h120l-7 17H67Z" fill={moss} />
    <path d="M66 142h108" {...line} stroke={leaf} stroke-width="3" />
  </>
);

const collar = (
  <>
    <Ground rx={66} y={150} />
    <ellipse cx="120" cy="74" rx="70" ry="36" {...line} stroke="#b8452f" stroke-width="19" />
    <path d="M50 74c0 20 31 36 70 36s70-16 70-36" {...line} stroke={coral} stroke-width="19" />
    <path
      d="M52 80c6 15 34 30 68 30s62-15 68-30"
      {...line}
      stroke={cream}
      stroke-width="2.5"
      stroke-dasharray="6 6"
    />
    <rect
      x="146"
      y="86"
      width="30"
      height="27"
      rx="5"
      fill="none"
      stroke={amber}
      stroke-width="5"
      transform="rotate(-22 161 100)"
    />
    <path d="M161 100l12-5" {...line} stroke={amber} stroke-width="4" />
    <circle cx="110" cy="117" r="6" {...line} stroke={steel} stroke-width="4" />
    <circle cx="110" cy="138" r="18" fill={amber} />
    <path d="M93 136h34" {...line} stroke={tan} stroke-width="4" />
    <circle cx="110" cy="147" r="4" fill={brown} />
    <path d="M110 148v7" {...line} stroke={brown} stroke-width="3" />
    <path d="M99 129q3-6 9-7" {...line} stroke="#fff" stroke-width="3.5" opacity=".8" />
    <path d="M82 128q-6 10-1 20m57-20q6 10 1 20" {...line} stroke={steel} stroke-width="2.5" />
  </>
);

const flakes = (
  <>
    <Ground rx={58} />
    <path d="M76 44v96c0 8 20 14 44 14s44-6 44-14V44Z" fill={sea} />
    <path d="M76 68v52c0 8 20 14 44 14s44-6 44-14V68c0 8-20 14-44 14s-44-6-44-14Z" fill={cream} />
    <path d="M92 104c10-15 32-15 42 0-10 15-32 15-42 0Z" fill={coral} />
    <path d="M132 104l15-10v20Z" fill={amber} />
    <circle cx="103" cy="101" r="3" fill={ink} />
    <ellipse cx="120" cy="44" rx="44" ry="14" fill={moss} />
    <ellipse cx="120" cy="38" rx="44" ry="14" fill={leaf} />
    <ellipse cx="120" cy="37" rx="33" ry="9" {...line} stroke={moss} stroke-width="2.5" />
    <path d="M85 60v76" {...line} stroke="#fff" stroke-width="4" opacity=".35" />
    <g>
      <path d="m182 140 9-5 5 8-9 5Z" fill={coral} />
      <path d="m198 150 8-3 2 8-8 1Z" fill={amber} />
      <path d="m176 152 7-1 2 6-8 1Z" fill={leaf} />
      <path d="m42 148 9-3 3 7-9 4Z" fill={amber} />
      <path d="m58 153 6-3 3 6-7 1Z" fill={coral} />
    </g>
  </>
);

const hay = (
  <>
    <Ground rx={88} />
    <path
      d="M70 60 54 40m30 18-6-24m26 22 2-22m24 22 12-20m14 22 20-14m12 20 22-8M44 84l-18-8m18 30-22-2m24 24-18 8m162-50 20-8m-20 30 22 2m-22 22 16 8"
      {...line}
      stroke={sand}
      stroke-width="5"
    />
    <path
      d="m62 58-2-22m36 22-10-18m34 16 4-16m44 22 14-24"
      {...line}
      stroke={tan}
      stroke-width="3"
    />
    <path
      d="M52 62c0-6 4-8 10-8h116c6 0 10 2 10 8l10 78c0 8-4 12-12 12H54c-8 0-12-4-12-12Z"
      fill="#dcb75c"
    />
    <path d="M52 62c0-6 4-8 10-8h116c6 0 10 2 10 8l2 18H50Z" fill="#edd08a" />
    <path
      d="M60 94h26m10 6h30m12-8h28m8 8h12M54 112h18m12 4h34m10-6h22m12 8h30M58 132h30m14 4h20m16-6h36m8 8h10M62 66h22m30 4h26m18-6h18"
      {...line}
      stroke="#a9853a"
      stroke-width="3"
    />
    <path
      d="M88 104h16m32 0h20M76 124h20m36 0h16m-84 18h18m52 2h24"
      {...line}
      stroke="#f3dfae"
      stroke-width="3"
    />
    <path d="M84 54 78 80l-2 72m80-98 6 26 2 72" {...line} stroke={brown} stroke-width="5" />
    <path d="M120 52c-2-10 0-18 6-26" {...line} stroke={leaf} stroke-width="3.5" />
    <path d="M121 42c-8-2-12-8-12-14 7 2 12 6 12 14Z" fill={leaf} />
    <g fill={rose}>
      <circle cx="122" cy="20" r="5" />
      <circle cx="132" cy="20" r="5" />
      <circle cx="127" cy="14" r="5" />
      <circle cx="127" cy="26" r="5" />
    </g>
    <circle cx="127" cy="20" r="3.5" fill={amber} />
  </>
);

const mealworms = (
  <>
    <Ground rx={76} />
    <path d="M36 92c4 38 36 60 84 60s80-22 84-60Z" fill={sky} />
    <path d="M48 120c12 20 38 32 72 32s60-12 72-32c-40 14-104 14-144 0Z" fill={sea} opacity=".55" />
    <ellipse cx="120" cy="92" rx="84" ry="26" fill={cream} />
    <ellipse cx="120" cy="94" rx="72" ry="19" fill={sand} />
    <g {...line} stroke={brown} stroke-width="13">
      <path d="M70 94c8-12 20-12 28-2s16 8 22 2" />
      <path d="M132 100c10 4 22 2 28-6s12-8 18-4" />
      <path d="M112 76c10-8 22-8 32-2" />
    </g>
    <g {...line} stroke={amber} stroke-width="9">
      <path d="M70 94c8-12 20-12 28-2s16 8 22 2" />
      <path d="M132 100c10 4 22 2 28-6s12-8 18-4" />
      <path d="M112 76c10-8 22-8 32-2" />
    </g>
    <g {...line} stroke={tan} stroke-width="9" stroke-dasharray="1.5 8" stroke-linecap="butt">
      <path d="M70 94c8-12 20-12 28-2s16 8 22 2" />
      <path d="M132 100c10 4 22 2 28-6s12-8 18-4" />
      <path d="M112 76c10-8 22-8 32-2" />
    </g>
    <path d="M54 108c4 12 12 22 22 29" {...line} stroke="#fff" stroke-width="5" opacity=".5" />
  </>
);

/** What has no drawing yet comes wrapped. */
const parcel = (
  <>
    <Ground rx={66} />
    <path d="M60 70h120v76a6 6 0 0 1-6 6H66a6 6 0 0 1-6-6Z" fill={tan} />
    <rect x="52" y="54" width="136" height="28" rx="5" fill={sand} />
    <path d="M108 54h24v98h-24Z" fill={coral} />
    <path
      d="M120 54c-10-24-36-28-38-14s20 16 38 14c18 2 40 0 38-14s-28-10-38 14Z"
      {...line}
      stroke={coral}
      stroke-width="8"
    />
  </>
);

const drawings: Record<string, JSX.Element> = {
  prd_goldfish: goldfish,
  prd_hamster: hamster,
  prd_parrot: parrot,
  prd_tortoise: tortoise,
  prd_rabbit: rabbit,
  "prd_fish-bowl": bowl,
  "prd_hamster-wheel": wheel,
  "prd_bird-cage": cage,
  prd_collar: collar,
  "prd_fish-food": flakes,
  prd_hay: hay,
  prd_mealworms: mealworms,
};

/** The drawing of a product. The name beside it says what it is, so readers of the screen skip it. */
export const Picture = ({ productId }: { productId: Product["productId"] }): ComponentChildren => (
  <svg class="picture" viewBox="0 0 240 180" aria-hidden="true" focusable="false">
    {Object.hasOwn(drawings, productId) ? drawings[productId] : parcel}
  </svg>
);
