"""What made-up people and places are called. Nobody here exists."""


def listed(text: str) -> tuple[str, ...]:
    """One entry for each part between commas or line ends."""
    return tuple(part.strip() for part in text.replace("\n", ",").split(",") if part.strip())


NAMES = listed("""
Maya R., José Luis, Trần Thị Hoa, Deshawn, Aoife, Big Mike, Nguyễn Văn Đức, Zoë, محمد علي, فاطمة
Sunny 🌻, Ruth Ann, Kwame, Björn, 李娜, Tasha, Old Pete, Marisol, Yusuf, Ingrid
Little Ray, Amara, Søren, Guadalupe, Walt, Chioma, Dmitri, Nadia, J.T., Rosa María
Hiro, Fern, Abdul Karim, Colette, Tomasz, Precious, Eamon, Lupe, Xiomara, Gus
Anh Thư, Bashir, Dolores, Wren, Ezekiel, Siobhán, Ludmila, Cricket, Omar F., Petra
Ángel, Keisha, Milan, Noor, Otis, Paulo, Queenie, Rafael, Soraya, Teodor
Łucja, Mr. Lewis, Bình, Jean-Baptiste, Wanda, Hüseyin, Ofelia, Skip, Tamar, Esi
王伟, Marguerite, Dale, Itzel, Gebre, Noëlle, Rusty, Farida, Ah-Young, Cornelius
Şule, Manny, Iolana, Birdie, Vasile, Dee Dee, Joaquín, Halima, Stosh, Linh
Pilar, Raheem, Anneke, Chuy, Oksana, T-Bone, Philomena, Samir, Luz Elena, Ike
Nokomis, Hedy, Duc Anh, Corazón, Lamar, Brígida, Red, Mireille, Jamal W., Ewa
Tiny, Camila, Ravi, Darlene, Nhung, Aleksy, Sister Jo, Tariq, Mae, Gonzalo
Hannelore, Trey, Consuelo, Kofi, Patsy, 김민준, Leilani, Vern, Zeynep, Marcelo
Ines, Buddy, Shirin, Lourdes, Anton, Yvonne, Thùy, Curtis, Esperanza, Nils
Fatou, Chet, Renata, سلمى, Dwayne, Mei, Augusto, Bettina, Malik, Rosalind
Paz, Ignatius, Tío Beto, Simone, Arjun, Delphine, Clyde, Nayeli, Hassan, Opal
""")
LEGAL = listed("""
Alvarez, Brennan, Castillo, Dinh, Edwards, Farouk, Gómez, Haddad, Ivanov, Johnson
Kowalski, Lê, Murphy, Nakamura, Okafor, Pérez, Quinn, Rivera, Sørensen, Thompson
Ünal, Vargas, Washington, Xiong, Yamamoto, Zielińska, Baptiste, Desrosiers, Mbeki, O’Dowd
""")
STAFF = listed("""
Dana Whitfield, Marcus Bell, Priya Raman, Luz Herrera, Tom Okonkwo, Hannah Weiss, Ray Castellano
Mei Lin Zhou, Aisha Daniels, Joe Whitehorse, Carla Nunes, Ben Adeyemi, Frances O’Malley, Ada Lindqvist
""")
# Name, zone, where the holidays are kept, area codes.
TEAMS = (
    ("Harbor House", "America/New_York", "MA", (617, 857, 508, 413, 781)),
    ("Prairie Street", "America/Chicago", "IL", (312, 773, 217, 618, 815)),
    ("Sunset Drop-in", "America/Los_Angeles", "CA", (213, 310, 323, 415, 510)),
)
PRONOUNS = ("she/her", "he/him", "they/them", "", "she/they", "él", "ella", "he/him", "she/her", "")
LANGUAGES = (
    "English",
    "",
    "Español",
    "English",
    "Tiếng Việt",
    "العربية",
    "English, Kreyòl",
    "中文",
    "English",
    "Português",
)
TIMES = (
    "mornings, before work",
    "after 6, once the kids eat",
    "any time but Sundays",
    "Tuesdays and Thursdays",
    "",
    "not before noon",
    "lunch break, 12 to 12:30",
    "",
    "between the two buses, 3 to 4",
    "evenings, never during the game",
    "",
    "when the shop is closed: Mondays",
)
WHOSE = ("", "own", "", "sister’s", "front desk", "work, ask for the kitchen", "neighbor Lou", "")
MESSAGES = (
    "It’s about the library books.",
    "Your ride called.",
    "It’s Thursday coffee, call me back.",
    "Nothing urgent, just {specialist}.",
    "The garden plot is ready.",
)
