/// A user's name within a SASL message of the GS2 family (RFC 5801 §4): commas and equal signs have meanings there.
enum SASLName {
    static func escape(_ name: String) -> String { name.replacing("=", with: "=3D").replacing(",", with: "=2C") }
}
