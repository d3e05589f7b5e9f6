// Credentials made for these tests with the openssl program: a PAI and a DAC of test vendor 0xFFF4,
// the DAC's key in the forms that people keep keys in, and a PKCS#12 bundle of all three. The
// passphrase is "blue-door".
#pragma once

#include "verifier/base/bytes.h"

namespace attest::test {

inline Bytes own_dac() {
  return from_base64(
             "MIIByTCCAXCgAwIBAgICEmcwCgYIKoZIzj0EAwIwMTEZMBcGA1UEAwwQcmVhZGVycyB0ZXN0IFBBSTEUMBIGC"
             "isGAQQBgqJ8AgEM"
             "BEZGRjQwIBcNMjYxMTIxMDMxMDMyWhgPMjEyNjEwMjgwMzEwMzJaMEcxGTAXBgNVBAMMEHJlYWRlcnMgdGVzd"
             "CBEQUMxFDASBgor"
             "BgEEAYKifAIBDARGRkY0MRQwEgYKKwYBBAGConwCAgwEODAwMTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IAB"
             "AFY9ab2iQc9mnap"
             "LRyykIVenB2sw2US8aL3uxi7MGTAMRjwNDxoQkFi9Qlwqzw/po+t/"
             "eQSqCdEiHS3kYm63+WjYDBeMAwGA1UdEwEB/wQCMAAwDgYD"
             "VR0PAQH/BAQDAgeAMB0GA1UdDgQWBBQvDma971wdrMO4wqcnC4gx/"
             "Cv7tjAfBgNVHSMEGDAWgBRb9UK6CFSl1j5IBpt3yzuPjYLd"
             "mzAKBggqhkjOPQQDAgNHADBEAiB5FcqIUoOsGWTvocyNvcDcM+KyWCISXfSkUK96b/"
             "mwLQIgQcsfhOOpBZ+s43uB5gFw2jJU19PU"
             "a0xREJh7nbqQjRg=")
      .value();
}
inline Bytes own_pai() {
  return from_base64(
             "MIIBrDCCAVGgAwIBAgIUdZ8AQJTj6tJxzRUPQ6dgzGix3OgwCgYIKoZIzj0EAwIwMTEZMBcGA1UEAwwQcmVhZ"
             "GVycyB0ZXN0IFBB"
             "STEUMBIGCisGAQQBgqJ8AgEMBEZGRjQwIBcNMjYxMTIxMDMxMDMyWhgPMjEyNjEwMjgwMzEwMzJaMDExGTAXB"
             "gNVBAMMEHJlYWRl"
             "cnMgdGVzdCBQQUkxFDASBgorBgEEAYKifAIBDARGRkY0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE71Zj+"
             "5zf5m//yvoHp3II"
             "60Zay94iFBaGJWawesyrvUlgF/w63VX6lTB0vxor7HTTs9FpeXmsfhwjBPUqo5+RCaNFMEMwEgYDVR0TAQH/"
             "BAgwBgEB/wIBADAO"
             "BgNVHQ8BAf8EBAMCAQYwHQYDVR0OBBYEFFv1QroIVKXWPkgGm3fLO4+"
             "Ngt2bMAoGCCqGSM49BAMCA0kAMEYCIQDg4MkX99IDqfcr"
             "52eriRokc2TkZl1SNHFIN36Nafc4fQIhALbWdbVeWtcjox18mm3v9BWlVm8UbRF2x3YJ7Xdq8uDO")
      .value();
}
// The DAC's private key, 32 bytes.
inline Bytes own_key() {
  return from_hex("ff8bb202a6ad93c2b811abacd4cc90b462e170c06fc16f82b2d386e46312d04f").value();
}
inline Bytes own_bundle() {
  return from_base64(
             "MIIGPAIBAzCCBfIGCSqGSIb3DQEHAaCCBeMEggXfMIIF2zCCBJIGCSqGSIb3DQEHBqCCBIMwggR/"
             "AgEAMIIEeAYJKoZIhvcNAQcB"
             "MFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAiHjKB+"
             "XL3AggICCAAwDAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEECGV"
             "2PHnbx9/"
             "PhIYgLpg84WAggQQQV2E8aNe3C6cWoL97C4rhMXz5sYpn9dYMLoi7DAXWoDpnGER+"
             "r1BuNuE3Fu1i4Ck0qTbv2zP/AWx"
             "EjW5DXj5yapimj3gQusw0VXErP53ACtvlmn/"
             "GM9fzuzBeRiShn3Guk75UgMO8xswjm7LedViKfLaY6Jes3PZ1CaJtkNTaZnwSnoh"
             "7/"
             "jSy91vo3ONgwKjq8reOpRLHXcoOJdgydP6agq1+xM5iBkqJNdRfBv2kyRlCHAVqfnC9EAVFzE7TKlEfMy2Om+"
             "MbdkLD0D5zU4z"
             "yg+M/o9XduJJ8jmaklZWp5ukk1Shik96Ke/LvgoiixZFc3/"
             "c0JPgFrxqy8u8kXia3S5BjNrOZZH9Nx0nqBkFPfBaH5k45ZTR9CQG"
             "r7iHM04lJzra98iyAYvn+F6ZJvDnEhHycEQ/"
             "Pvq8DPJwtWZq4wR9I0rIKuOgnThiush9T2C5I8XkYNcB6rgKX93n5w5Ouy8vWoRK"
             "DB8uEfuUpQJxMTXYb1pI1ac1ofdHJ6POY6Yd2LdU6KQ8Csy/"
             "bpXyDXOyZDVUgFw4u85Ya7I81F6+9aLUoTpMHbUbt0wAHPLTNpQc"
             "N0yAQ8E24NXL1jQDnAaVu2Or1yZZ25hSG78GAkoWC8+X7R+EvRR0t/"
             "hkCGjNO28RMYT3KR7CjXUu0NcbzMTxJteYbyhSx1EM3TdO"
             "9Cacx9rrDZwCKfNeNHDZtAjqzKxbR43nomD4rvZsKxCTwm/"
             "REylqWCv9MuVa2JUnRACAoH9cA6KpHFWmFNkOVQ6nuFvfCB0Nq8T1"
             "Ghl0KF7W8sPX9zoSHPUKMjeGo1i5CS9Df6gXeVoRGtXnmBbcm827IHM1U1f5J1mqW8JQRTejkkb/"
             "2Dvd1ylh+8dOlTKiM+0Ea+Ve"
             "PCUO1s9CAr0T41W/m1s7xmRwM0IaEIUjm02i639/ymRb+/"
             "pISanE7grbpdubICEPgmyU+spAMNbgjrzlSUHxX2tt/IRZrfMR9/zF"
             "4vaSmPfrxbQVkr9s19nEshKwfi+BZSd/"
             "hSdj1rpStgvtvvI7NY38StBKN5SO1Ibb9vZ0byJ5tN8ZzeFXexyegD7TYBq5DGQ+XMC2"
             "VHVvIAhJxg7WMyDao7IK3Qe4d4IySeiJ4CABeuY7OaiOZ5aWb3CNtvS416YES8TE0wqhX2GgxOk/"
             "SyHqS1f2fDAn+26hwksxB2Ey"
             "czQlvt/OoF4Fqtc1x+cvypkVKX3bROi2NHVUVB2NhxkdEl3PabK0J5rwg/"
             "ktIGH1yPkzceiifhegnpWQN5ST3J7ZeNQmz9soKqh9"
             "RKoe+wDpf9Q5/LDT53cDuEtmrsBm0mHUegjbqb0110K1rDNdoOwvKAmA/NGsAFlb8m/"
             "A537RWLiruJkKQ3BefwrKlJJA+Br+9RZa"
             "tZjXbQwkX4gwggFBBgkqhkiG9w0BBwGgggEyBIIBLjCCASowggEmBgsqhkiG9w0BDAoBAqCB7zCB7DBXBgkqh"
             "kiG9w0BBQ0wSjAp"
             "BgkqhkiG9w0BBQwwHAQIY4mufoIktXMCAggAMAwGCCqGSIb3DQIJBQAwHQYJYIZIAWUDBAEqBBD/CFbgiZZv/"
             "9Oe80MCp2mvBIGQ"
             "n5Ij8NmVIYw1rMqEVjinl+HVhGQV+uP//P5E+nOeDb3fpPHdPjrpFok2hQaqGdsl8lHdRzsTrnquJR5DER1M/"
             "yofH5M6wRMSY8QF"
             "hgdsqNXnlNR868WqxaN66KugZ4Th2YsZiM3ChQBypuvNhD4A2kmzM6NUijPrsy/"
             "fKXQVDiYsh7VJuOCXAAEWV6QYDfO4MSUwIwYJ"
             "KoZIhvcNAQkVMRYEFCzokOqHKxFVlm/ozRRzfLOG7RMZMEEwMTANBglghkgBZQMEAgEFAAQgiknWMQ/"
             "v39yDdSYJdFAFxcJMXTNj"
             "sSc9IAnJ+DjFRlMECBWpq8Dy6yj+AgIIAA==")
      .value();
}
// The DAC and its key as OpenSSL 1 and Windows bundled them: certificates under RC2, the key under
// 3DES.
inline Bytes own_bundle_old_form() {
  return from_base64(
             "MIIDygIBAzCCA5AGCSqGSIb3DQEHAaCCA4EEggN9MIIDeTCCAm8GCSqGSIb3DQEHBqCCAmAwggJcAgEAMIICV"
             "QYJKoZIhvcNAQcBMBwG"
             "CiqGSIb3DQEMAQYwDgQIoDiYnZcJOrkCAggAgIICKHVplYqglP7ofwTnq6pIERbcGimOEXYyeXr6uC51Q+Z++"
             "7UCZ7AL6F3zwjXAYs6u"
             "j9AAxZ+"
             "xg7anIMIlLCUO9wp0w0Ssqzw9bqOKej8ytGGPmXEzyDc5W4r0geTjVHBZuU2IshRG4LAy2KuJ4FEaFb7rNeT5"
             "DD/yN6pBwd3m"
             "LqhCd0iwuaMBjtq1y16wmJ9PWNMoxJ3s9Y0tPslC5+J2J4PkSVxn7ue3JX9G/MG7rsNy63wSE9tlI/"
             "82R1Lzrxc36KBai6UfI6KR9Zl/"
             "AiUhm8NMft1dh5VgK+hWZgw3RHY/"
             "ovAVjl00kLc9XWIdctbVCqHDrwI7yjPSRE7QKHvi4J7jzga38+cNx4ZYv2avNU4ZTg9R2C1aaJR7"
             "L/LiAhPT4pm2TZlOlfFOz5jvHPE/rx/PoOPDHbiB0NFzKNY25cV7N1/"
             "scvi3MbH0HCgAknct7FJoYWwUZDh0rPADkzqg1B9gJeoaus8q"
             "wfaZVnRkvSmFmAKfiim7/G0wJfM8SlWMnbWiVPbNhXTiBwbymfpTMdeE9uXMgfhNR2ggZJl/"
             "MCXnlIJ3o+twdHXMI7ozVxJeoTcNHj2q"
             "RR/RL9wWc3WsPegqwL60gVIB9ElAuQU7fvdnFBABOENvocf93ls+piqLklaKAX/"
             "qwHkK+Me4mvIh+TTbHf7Q+bx3dP9eGzMS8pJGJH+t"
             "xzBhRiQKn0kjHyQhZqHElvoivWwx4gLT9K9E8hiA5HBx3tV8rjCCAQIGCSqGSIb3DQEHAaCB9ASB8TCB7jCB6"
             "wYLKoZIhvcNAQwKAQKg"
             "gbQwgbEwHAYKKoZIhvcNAQwBAzAOBAg1hWR/HhyEdwICCAAEgZDGldtTOyjiHcDGC5aux8/"
             "KY+FMKmWRTUIQaJ+6v/zyTu0BzKPG6pgH"
             "ndHFv7cr9m22pbSTa5BhXKOu0Cdc4OlQQOnYwJ0suWgyvbC6lbB5/Hxmdvi8ISvRlVmUXuskY+X/"
             "W4LuuwZ1RqskZIG+NPTvuExQwmbq"
             "ZlKhOWcoitTQxTCnxl2dbgOEQeF4nY35EOsxJTAjBgkqhkiG9w0BCRUxFgQULOiQ6ocrEVWWb+"
             "jNFHN8s4btExkwMTAhMAkGBSsOAwIa"
             "BQAEFMgfne6oW9JlQLM9bUDfwOoV6xunBAjmAtBpaGzsgAICCAA=")
      .value();
}
// The DAC alone in a PKCS#7.
inline constexpr const char* kPkcs7 =
    "-----BEGIN PKCS7-----\n"
    "MIIB+AYJKoZIhvcNAQcCoIIB6TCCAeUCAQExADALBgkqhkiG9w0BBwGgggHNMIIB\n"
    "yTCCAXCgAwIBAgICEmcwCgYIKoZIzj0EAwIwMTEZMBcGA1UEAwwQcmVhZGVycyB0\n"
    "ZXN0IFBBSTEUMBIGCisGAQQBgqJ8AgEMBEZGRjQwIBcNMjYxMTIxMDMxMDMyWhgP\n"
    "MjEyNjEwMjgwMzEwMzJaMEcxGTAXBgNVBAMMEHJlYWRlcnMgdGVzdCBEQUMxFDAS\n"
    "BgorBgEEAYKifAIBDARGRkY0MRQwEgYKKwYBBAGConwCAgwEODAwMTBZMBMGByqG\n"
    "SM49AgEGCCqGSM49AwEHA0IABAFY9ab2iQc9mnapLRyykIVenB2sw2US8aL3uxi7\n"
    "MGTAMRjwNDxoQkFi9Qlwqzw/po+t/eQSqCdEiHS3kYm63+WjYDBeMAwGA1UdEwEB\n"
    "/wQCMAAwDgYDVR0PAQH/BAQDAgeAMB0GA1UdDgQWBBQvDma971wdrMO4wqcnC4gx\n"
    "/Cv7tjAfBgNVHSMEGDAWgBRb9UK6CFSl1j5IBpt3yzuPjYLdmzAKBggqhkjOPQQD\n"
    "AgNHADBEAiB5FcqIUoOsGWTvocyNvcDcM+KyWCISXfSkUK96b/mwLQIgQcsfhOOp\n"
    "BZ+s43uB5gFw2jJU19PUa0xREJh7nbqQjRgxAA==\n"
    "-----END PKCS7-----\n";
inline constexpr const char* kSealedKey =
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
    "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAj9k+8jM2wU3AICCAAw\n"
    "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEJeW7TktVMwVgRMHTYYNBYwEgZDN\n"
    "gzqgqY8Qpchp4a9PqzDAFDzW7RMi6vDTaIp+MaN5+PSe3wZ9DfPGA0R6HNFkyH/d\n"
    "0A+wslrno4mCwfI6/e99Aw+p08XpXwO+xSSZHRekwkr5x39GycsjEzubwhwOXcVy\n"
    "r25nGfMCyRGIyXZ1AxjMdxnQ/l0LuWHa8JJf3rZZziAZVzlM7ctRCCggSVkMfIc=\n"
    "-----END ENCRYPTED PRIVATE KEY-----\n";
inline constexpr const char* kSealedKeyOldForm =
    "-----BEGIN EC PRIVATE KEY-----\n"
    "Proc-Type: 4,ENCRYPTED\n"
    "DEK-Info: AES-256-CBC,31CA0C6684960AF5F69A2199DA2CC2B7\n"
    "\n"
    "OEW/KG/z/0yepsbUTzpkrNaVe9MiXSwF5no3g0ibnp9LqK/dcgtzD3AViukSRyd0\n"
    "eMG5/G8+PB+V42d1y0d5qvdE6AeCmY8Fi2EDEn4oapN6iwmK+FRNxbp75Nh61HLW\n"
    "S7KlKuOws2awSzhFG6ZwZT1EwXgx+Fz9PWi4qgS61GI=\n"
    "-----END EC PRIVATE KEY-----\n";

}  // namespace attest::test
