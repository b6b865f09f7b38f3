// SPDX-License-Identifier: MIT
#include "s3/encoding.h"

#include <gtest/gtest.h>

namespace screenalytics {
namespace {

TEST(Encoding, KeysKeepOnlyUnreservedCharactersAndSlashes) {
  EXPECT_EQ(uri_encode("a b/c+d~e_f-g.h%", Slash::kept), "a%20b/c%2Bd~e_f-g.h%25");
  EXPECT_EQ(uri_encode("a/b", Slash::encoded), "a%2Fb");
  EXPECT_EQ(uri_encode("\xc3\xa4", Slash::kept), "%C3%A4");
}

TEST(Encoding, DecodingUndoesEncoding) {
  const std::string text = "\xe5\xb1\xb1 100%/?#&=+";
  EXPECT_EQ(uri_decode(uri_encode(text, Slash::encoded)), text);
  EXPECT_EQ(uri_decode("100%"), "100%");
  EXPECT_EQ(uri_decode("%zz%4"), "%zz%4");
}

TEST(Encoding, DigestsAsHexAndBase64) {
  const Digest digest = sha256_digest("abc");
  EXPECT_EQ(hex(digest), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(base64_text(digest), "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
  EXPECT_EQ(digest_from_hex(hex(digest)), digest);
  EXPECT_FALSE(digest_from_hex("ba78"));
  EXPECT_FALSE(digest_from_hex(std::string(64, 'g')));
}

TEST(Encoding, HmacOfRfc4231) {
  const std::string key = "Jefe";
  EXPECT_EQ(hex(hmac_sha256({reinterpret_cast<const std::uint8_t*>(key.data()), key.size()},
                            "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

}  // namespace
}  // namespace screenalytics
