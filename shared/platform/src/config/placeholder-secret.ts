const KNOWN_WORDS = [
  'change-me',
  'change_me',
  'changeme',
  'placeholder',
  'example',
  'your-secret',
  'your_secret',
  'yoursecret',
  'your-256-bit-secret',
  'supersecret',
  'super-secret',
  'super_secret',
  'development',
  'dev-only',
  'dev-secret',
  'insecure',
  'do-not-use',
  'password',
  'secret-secret',
  'secretsecret',
  'qwerty',
  '0123456789',
  'abcdefgh',
];

// 32 random bytes written in hex have about 14 different characters, in base64 about 25; fewer than 8 is a key held down.
const FEWEST_DIFFERENT_CHARACTERS = 8;

/** Whether a secret is one that stands in examples, or no secret at all. */
export const isPlaceholderSecret = (secret: string): boolean => {
  const text = secret.toLowerCase();
  return KNOWN_WORDS.some((word) => text.includes(word)) || new Set(text).size < FEWEST_DIFFERENT_CHARACTERS;
};
