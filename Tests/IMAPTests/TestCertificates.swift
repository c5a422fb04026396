/// A certificate for `mail.example` and the private authority that made it, valid until 2126. They guard nothing: the
/// keys were made for these tests and serve no one else.
enum TestCertificates {
    static let authority = """
        -----BEGIN CERTIFICATE-----
        MIIBnDCCAUOgAwIBAgIUHayJkOVt1aPaisQrb4WKEcnPmKIwCgYIKoZIzj0EAwIw
        IzEhMB8GA1UEAwwYUG9zdHJpZGVyIHRlc3QgYXV0aG9yaXR5MCAXDTI2MTEyMzIx
        NTAyNloYDzIxMjYxMDMwMjE1MDI2WjAjMSEwHwYDVQQDDBhQb3N0cmlkZXIgdGVz
        dCBhdXRob3JpdHkwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASakvVJjU6AenjT
        +iozJsjhi2upyQ63vpXFY3a+h8gb2vMn2AwYKAFGMD3KjrutVMFaMHsN4X/XheR9
        E2AbdPboo1MwUTAdBgNVHQ4EFgQUfSYDkUFiRykQaAkFgs1tFe7KdAUwHwYDVR0j
        BBgwFoAUfSYDkUFiRykQaAkFgs1tFe7KdAUwDwYDVR0TAQH/BAUwAwEB/zAKBggq
        hkjOPQQDAgNHADBEAiAHB6ZSbKHSZyIuHcn4rtkbQsMWTioaHjxwAIn8jyokOgIg
        KaL9jP6TeImsLtJjIZaqy3heYeTEPei4aCQdDo5yhJ0=
        -----END CERTIFICATE-----
        """

    static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBpTCCAUqgAwIBAgIUOZkq1HJwJ1eMeOwXu/L46nugHo0wCgYIKoZIzj0EAwIw
        IzEhMB8GA1UEAwwYUG9zdHJpZGVyIHRlc3QgYXV0aG9yaXR5MCAXDTI2MTEyMzIx
        NTAyNloYDzIxMjYxMDMwMjE1MDI2WjAXMRUwEwYDVQQDDAxtYWlsLmV4YW1wbGUw
        WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAShLbOIMS6hpTqKekW2Qdf0P6BSzTNW
        s8vuuSeC5r3oPeDCZ9KXsdLdwdj0fWV/8C4C33eE7/tcIPLAkm8ATdcxo2YwZDAX
        BgNVHREEEDAOggxtYWlsLmV4YW1wbGUwCQYDVR0TBAIwADAdBgNVHQ4EFgQUgR5r
        3+epvRSI2ubNH2QV4FMZSGgwHwYDVR0jBBgwFoAUfSYDkUFiRykQaAkFgs1tFe7K
        dAUwCgYIKoZIzj0EAwIDSQAwRgIhAKxFJ21xnzUZJbFvP8m3v1nhRk/o4b1ijeE6
        rjkSAOrbAiEAkQ1Z6EhTMUazVlq393xvuef7GIFo4Zyxi+5J4Ds9le4=
        -----END CERTIFICATE-----
        """

    static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgguNoi8o3eP4uj6RT
        CNY50ReUFMe2HoNTdKm+xHQddm6hRANCAAShLbOIMS6hpTqKekW2Qdf0P6BSzTNW
        s8vuuSeC5r3oPeDCZ9KXsdLdwdj0fWV/8C4C33eE7/tcIPLAkm8ATdcx
        -----END PRIVATE KEY-----
        """
}
