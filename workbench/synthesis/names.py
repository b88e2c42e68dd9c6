"""Names as they are borne in and around Serang, put together anew for every invented person.

Habits differ by origin and by generation: elders of Banten often bear one name, the middle
generation Siti, Muhamad and a second name, the young three names with a modern ring. Tubagus,
Ratu and Nyi are given names of Banten here. Any likeness to a living person is chance.
"""

from __future__ import annotations

from random import Random

from workbench.domain.cities import bare_name
from workbench.domain.wilayah import CITY
from workbench.synthesis.draws import Weighted, pick, words

# Banten and Javanese Serang --------------------------------------------------------------------
_BANTEN_OLD_MEN = words(
    "SARMAN KASIM JUHRI MARSAD ARSUDIN SAKIM RAFEI SANUSI JASUTA SAPRI SARIP MARJUKI SUHEMI JUNED"
    " MASTUR RASIDI SARKOWI MUHAYAR HASURI SAYUTI ASNAWI JAMHARI SAHRUDI BURHAN MARKANI ASTARI"
    " SANTANI MAKMUN HUSNI SAMLAWI ROHANI KHAERUDIN MADSURI ARPAN SAMIAN JUPRI TARMIJI SALAMUN"
    " MUNAWAR SUKRA ANWARI BASUNI SARNATA KALYUBI SADELI MAHPUD RUSTANI ASGARI NAHROWI ISKAK"
)
_BANTEN_OLD_WOMEN = words(
    "SAPINAH JAMILAH MISNAH SARNAH ROHIMAH SARIAH ASIAH RASMINAH JUHENAH SAWINAH MARSITI ARSINAH"
    " SUKENAH MASENAH HAYANAH KASIAH SUMENAH JUBAEDAH SARMANAH TARWIYAH SANIAH RAPIAH MURSINAH"
    " SALBIYAH SUHENI JULEHA KHODIJAH MAEMUNAH SUMARNI UMAYAH NAPSIAH ROHMANAH ASMANAH HALIMAH"
    " SAINAH SATIRAH MURTAPIAH RASITI HAERIYAH SAUDAH MARYATI SARTINAH ROSIDAH UMSAH SAJENAH"
)
_BANTEN_MEN = words(
    "AHMAD MUHAMAD SAEFUL HERMAN SUHERI MULYADI SUKARDI MAHFUD FAHRUROJI SAMSUL HAERUL ROHMAN"
    " MASDUKI HAMDANI SUPRIADI IMRON MUKHLIS SOBRI JAENUDIN SAHRONI MUHIDIN ABDUL SAPRUDIN ROSID"
    " HASANUDIN HUDRI SUHADA RIFAI UBAIDILLAH FATONI MUNTASIR HAMBALI NURDIN BAHRUDIN MUSLIM"
    " FAISAL JAHRUDIN ANDI HUDORI MAMAN RAHMATULLAH SUTARNO BADRUDIN SUJAI TAUFIK ROMLI DARWIS"
)
_BANTEN_MEN_SECOND = words(
    "FAUZI RIDWAN SALEH HIDAYAT HAKIM ROHIM MAULANA SYAFEI MUSTOFA BASRI GANI KOSIM SOLIHIN JALIL"
    " BUHORI ALI YUSUF ANSORI HALIM SUHENDRA WAHYUDI KHOLID MUBAROK TOHIR SYARIF FIRDAUS GUNAWAN"
    " RASYID NASIR MALIK HAMID ROZAK LATIF SYUKUR MAJID KURNIA HANAFI AMIN SOBARI UMAR ISMAIL"
)
_BANTEN_WOMEN = words(
    "SITI NURHAYATI ROHAYATI SUNENGSIH HIKMAH MUNAWAROH SUHAENI HALIMATUSSADIAH NURAENI MARYAMAH"
    " RATNA ROHILAH ENENG HUMAEROH MASITOH KHOLIFAH NURJANAH SUAEBAH ROHANAH AENUN HASANAH UUN"
    " FITRIYAH MAHMUDAH TITIN ATIKAH SULASTRI SOLEHA HERAWATI NURLAELA BADRIYAH MULYANAH ELAH"
    " HINDUN ROHMAH FATMAWATI MUNIROH TUTI KHAERIYAH SARTIKA LILIS SUMIATI ISTIQOMAH LATIFAH"
)
_BANTEN_WOMEN_SECOND = words(
    "ROHAYATI NURJANAH MASITOH KHADIJAH AISAH FATIMAH SOLEHAH HASANAH MUNAWAROH ROMLAH AMINAH"
    " JULAEHA MAESAROH HODIJAH SAADAH WULANDARI SURYANI MARYANI RAHMAWATI HANDAYANI HUMAIROH"
    " NURAFNI ROSMIATI SARIFAH LESTARI ROKAYAH HAYATI UTAMI KARTINI SUSANTI PUSPITA LAELASARI"
)

# Sunda -----------------------------------------------------------------------------------------
_SUNDA_OLD_MEN = words(
    "ADANG ENDANG KARNA SUHANDA JAJA DARMA OJO UJANG UKAT WARSA SUARTA ENJUM SUKARNA EMAN OTONG"
    " ADUNG APANDI ICANG UDI SASMITA ENGKOS UKAR WIHATMA ANDA OMON SUMARNA AJUM KOSASIH DIDI ENCEP"
)
_SUNDA_OLD_WOMEN = words(
    "ENOK ICIH UNENGSIH ONAH ENTIN ACIH IJAH OOM UMI ENCUM MIMIN ROKAYAH KARNESIH IROH UNAH EUIS"
    " ECIN SUKARSIH ANAH ODAH UTI ARSIH TARSIH EMIH NONOH WARSIAH IKAH AMIH JUARSIH"
)
_SUNDA_MEN = words(
    "ASEP DEDI CECEP UJANG DADANG YAYAN AGUS IWAN ENGKUS TATANG NANA DUDUNG AEP YUSUP DENI HENDRA"
    " ENCANG DIDIN OMAN RUKMAN EDI ADE JAJANG IYUS ATENG HERI UUS TOTO NUNUNG AGAN WAWAN EMAN OPIK"
)
_SUNDA_MEN_SECOND = words(
    "KURNIAWAN SAEPUDIN HERMAWAN SETIAWAN SUHENDAR SUPRIATNA PERMANA KOMARUDIN SUTISNA RUHIYAT"
    " SURYANA SOPIAN HIDAYAT GUNAWAN KOSWARA MULYANA SOLIHIN RAHMAT NUGRAHA SUPARMAN HERYANTO"
    " SUDRAJAT RUSMANA JAELANI SUBAGJA SUMANTRI IRAWAN RUSTANDI PURNAMA SUHERMAN NURJAMAN"
)
_SUNDA_WOMEN = words(
    "YAYAH EUIS NENENG LILIS IMAS CUCU ELIS TETI ENUNG IIS AI WIWIN YETI TINTIN DEDEH RINA NIA"
    " YUYUN KOKOM ETI POPON IDA ODAH TUTI NUNUNG EEN HENI LINDA IROH ADE RATNA SITI NURI YANI ITA"
)
_SUNDA_WOMEN_SECOND = words(
    "ROKAYAH SUHARTINI KURNIASIH NURHAYATI MARLINA SUMIATI KOMARIAH RAHMAWATI ROHAETI SURYATI"
    " MULYATI SUKAESIH HERLINA WIDANINGSIH HAYATI SUPARTINI NURAENI MULYANI RUSMIATI KARTIKA"
    " HERAWATI RATNASARI YULIANTI SETIAWATI SARTIKA PUSPITASARI LISNAWATI JUARIAH ROSMIATI"
)

# Java, further east ----------------------------------------------------------------------------
_JAWA_OLD_MEN = words(
    "SUKIMAN PAIMIN SLAMET NGADIMAN SUTRISNO WAGIMAN TUKIMIN SUPARDI SAMIJAN PARNO KASMIN DARMO"
    " SUWARNO TUGIMAN MARTO PONIMAN SASTRO SUROTO KARMIN SAIMAN MIJAN RASIMAN SUKARNO WARSITO"
)
_JAWA_OLD_WOMEN = words(
    "SUKINEM PAINEM NGATINAH TUKIYEM WAGINAH SUMIYEM PARTINAH SAMINEM KASTINAH LASMI SUKARTI"
    " POINEM MARINEM RUBIYEM KARTINAH SUWARTI DARSINI WARSINAH NGATIYEM SURATMI SADINEM TARMINI"
)
_JAWA_MEN = words(
    "AGUS BAMBANG JOKO EKO TRI SUGENG HERU WAHYU BUDI SIGIT TEGUH YANTO SLAMET DWI ARIS SURYO IMAM"
    " NUR KUSNADI GUNTUR EDY RUDI SUNARTO ANTON HARI SUPRI WISNU CATUR YUDI PURWO"
)
_JAWA_MEN_SECOND = words(
    "SANTOSO PRASETYO SUSANTO WIDODO SETIAWAN RIYANTO HARTONO PURNOMO NUGROHO WIBOWO SUPRIYANTO"
    " RAHARJO SUTRISNO MARGONO WINARTO SUGIARTO HARYADI SUBEKTI PRAYITNO CAHYONO WIJAYANTO MULYONO"
)
_JAWA_WOMEN = words(
    "SRI TRI DWI ENDANG RETNO WAHYU SITI NUR ENI YUNI SULIS DIAN RINI SARI EKA LASTRI WARNI TITIK"
    " SUMI HARTI PUJI WIWIK LESTARI INDAH YATI NANIK SUPRI MURNI"
)
_JAWA_WOMEN_SECOND = words(
    "WAHYUNI LESTARI RAHAYU HANDAYANI PUJIASTUTI SUSILOWATI WULANDARI PURWANTI NINGSIH MARYATI"
    " UTAMI KUSUMAWATI ASTUTI HARTATI WINARSIH SETYOWATI SUPARTI WIDAYATI SULASTRI MULYANI KURNIATI"
)

# Betawi ----------------------------------------------------------------------------------------
_BETAWI_MEN = words(
    "NASRULLAH MARDANI SARMILI JAYADI MUHAMAD AHMAD ROJALI SYAFRUDIN MARZUKI NAWAWI HASBULLAH"
    " SAMSURI ROHMANI MATALI NAMIN SAIMIN SANWANI RAMLI MANSUR NURALI ABDULLAH SARBINI MUALIM"
)
_BETAWI_MEN_SECOND = words(
    "SYARIFUDIN HASBI ZAELANI JUNAEDI MADALI RAMDANI IDRIS MURSALIN BAIHAQI TABRANI SYAHRONI NAIM"
    " MUHTAR SYAHRIL YAHYA MAKMUR DAHLAN HALIMI SAMAN RAHMANI"
)
_BETAWI_WOMEN = words(
    "ROHMAH MUNAH SAANIH MARYANAH NAPISAH ZUBAEDAH SITI ROHANI MARDIAH NURLELA ASMIH SAMAH NURBAITI"
    " FAUZIAH MASNAH ROMLAH SAADIAH HAPSAH KHAIRIYAH NURHASANAH"
)
_BETAWI_WOMEN_SECOND = words(
    "HASANAH AMINAH MARYAM NURAINI FARIDA SAIDAH MUNAWAROH AZIZAH ROHANI FADILAH HAMIDAH JAMILAH"
    " KOMALASARI MARDIANA RAHMAH SUMARNI"
)

# Families from further away --------------------------------------------------------------------
_MINANG_MEN = words("SYAFRIL YUSRIZAL HENDRI RIDWAN ZULFAHMI ERIZAL AFRIZAL NOFRI JASRIL ADRIAN")
_MINANG_MEN_SECOND = words("PUTRA CHANIAGO TANJUNG SIKUMBANG KOTO PILIANG HENDRA MULIA SAPUTRA")
_MINANG_WOMEN = words("YUSNIARTI ROSNI ERNAWATI GUSMAWATI ELFIRA DESMAWATI NOVRIDA MARLENI YENI")
_MINANG_WOMEN_SECOND = words("FITRI YANTI GUSTI SYAFNI OKTAVIA MELATI AMELIA DESWITA RAHMI")
_BATAK_MEN = words("PARLINDUNGAN TOGAR SAUT HASIHOLAN BINSAR MANGIHUT JHONNY ROBERT RUDOLF ANGGIAT")
_BATAK_WOMEN = words("TIURMA ROSMAIDA LAMTIUR RUSTI MELVA ERNITA LINCE DAMERIA SONDANG RUTH")
_BATAK_SECOND = words(
    "SIMANJUNTAK SITUMORANG HUTABARAT PANJAITAN SINAGA NAINGGOLAN SIREGAR TAMBUNAN MANURUNG SIAHAAN"
)
_TIONGHOA_MEN = words("HENDRA BUDI ANTON STEVEN JOHAN ANDRI WILLIAM SURYA LUKAS EDWIN KEVIN RUDY")
_TIONGHOA_WOMEN = words("LINDA MERRY SHERLY VIVI LANNY YULIANA SELVI DEWI CINDY FELICIA LUSI MEI")
_TIONGHOA_SECOND = words("WIJAYA GUNAWAN SANTOSO HALIM TANUWIJAYA KUSUMA LIMANTO HARTANTO SUSANTO")

# The young, of whatever origin -----------------------------------------------------------------
_YOUNG_MEN = words(
    "MUHAMAD MUHAMMAD AHMAD RIZKY FAHRI DIMAS RAFI ALDI ILHAM RIFKI FADLI BAGAS AZKA REZA DAFFA"
    " ARYA FARHAN RAIHAN NAUFAL ZAKI HAIKAL YOGA ANDIKA RAMA GILANG AKBAR FAREL KEENAN ARSYA ALVIN"
    " TUBAGUS SULTAN BINTANG RANGGA SATRIA HAFIZ IQBAL DENIS FIKRI RAKA ALIF"
)
_YOUNG_MEN_SECOND = words(
    "RAMADHAN MAULANA PRATAMA SAPUTRA HIDAYATULLAH FADILAH NUGRAHA ALFIANSYAH FIRMANSYAH"
    " KURNIAWAN RIZKI ARDIANSYAH ALFARIZI MUZAKI SYAHPUTRA HAKIM WIJAYA ADITYA PERMANA SYAFIQ"
    " AKBAR ZIDAN MAHENDRA FEBRIAN ALGHIFARI ALAMSYAH RABBANI FATHURROHMAN ARROFI SEPTIAN"
)
_YOUNG_WOMEN = words(
    "SITI AULIA ZAHRA NABILA PUTRI AISYAH NAYLA KEYSHA SALSABILA INTAN ANISA NADIA ALYA SYIFA RISKA"
    " KHANSA HANA DINDA NAZWA FITRI TIARA RAISA AMELIA CHIKA SYAFIRA ADELIA DESTI AZZAHRA MARWAH"
    " RATU NAURA ZASKIA VINA LAILA SINTA RAHMA HASNA SHAKILA MAULIDA NUR"
)
_YOUNG_WOMEN_SECOND = words(
    "PUTRI RAMADHANI NURAENI SALSABILA RAHMAWATI KHAIRUNNISA AULIA MAHARANI LESTARI OKTAVIA"
    " NUR RAHMADANI FEBRIANI SAFITRI HUMAIRA MAULIDIYAH ANGGRAENI KIRANA ZAHIRA NAFISAH AMALIA"
    " NURJANAH APRILIA SALMA WULANDARI PERMATASARI SYAKIRA RIZKIANI FADHILAH AGUSTIN MEILANI"
)
_YOUNG_LAST = words("ROHIM HAKIM SYARIF NURDIN KAMIL JAMIL SIDIK FAJAR AZMI SAKHA NUR SYAHID MALIK")
_YOUNG_LAST_WOMEN = words("AMINAH SALMA ULYA FAUZIAH NISA KAMILA JANNAH FIRDAUS LATIFAH SARI ZAHRA")

_TWIN_MEN = (
    ("HASAN", "HUSEN"), ("FAHRI", "FAHMI"), ("ILHAM", "IRHAM"), ("RAFA", "RAFI"), ("AZKA", "AZRA"),
    ("RIFKI", "RIZKI"), ("ALFIN", "ALFAN"), ("FAIZ", "FAIQ"), ("ARKAN", "ARKAAN"), ("DAFA", "DAFI"),
)  # fmt: skip
_TWIN_WOMEN = (
    ("HASNA", "HUSNA"), ("NAYLA", "NAYRA"), ("SALMA", "SALWA"), ("ALYA", "ALIA"),
    ("ZAHRA", "ZAHRO"), ("NAZWA", "NAJWA"), ("AISYAH", "AISAH"), ("NABILA", "NADILA"),
    ("RARA", "RARI"), ("DINI", "DINA"),
)  # fmt: skip

_HOME = CITY.short_name.upper()
_NEAR = tuple(dict.fromkeys(bare_name(name).upper() for name in CITY.neighbours))
#: Of the towns around, those most are born in; of one town two may be neighbours.
_FIRST, _SECOND, _THIRD, _FOURTH = [
    *(name for name in _NEAR if name != _HOME), *("JAKARTA", "BANDUNG", "SURABAYA", "MEDAN")
][:4]  # fmt: skip
_BIRTHPLACES: dict[str, Weighted[str]] = {
    "banten": Weighted.of({_HOME: 92, _FIRST: 4, _SECOND: 3, _FOURTH: 1}),
    "sunda": Weighted.of(
        {
            _HOME: 55,
            _SECOND: 20,
            _THIRD: 12,
            "BOGOR": 4,
            "BANDUNG": 4,
            "SUKABUMI": 3,
            "GARUT": 2,
        }
    ),
    "jawa": Weighted.of(
        {
            _HOME: 40,
            "BREBES": 10,
            "TEGAL": 10,
            "CILACAP": 8,
            "KEBUMEN": 8,
            "SRAGEN": 6,
            "WONOGIRI": 6,
            "KEDIRI": 6,
            "YOGYAKARTA": 6,
        }
    ),
    "betawi": Weighted.of({_HOME: 50, _FOURTH: 25, "JAKARTA": 20, "BEKASI": 5}),
    "minang": Weighted.of({_HOME: 30, "PADANG": 30, "BUKITTINGGI": 20, "PARIAMAN": 20}),
    "batak": Weighted.of({_HOME: 30, "MEDAN": 30, "TARUTUNG": 20, "BALIGE": 20}),
    "tionghoa": Weighted.of({_HOME: 60, _FOURTH: 25, "JAKARTA": 15}),
}
_YOUNG_BIRTHPLACE = Weighted.of({_HOME: 96, _FIRST: 2, _FOURTH: 1, _SECOND: 1})


def person_name(rng: Random, sex: str, birth_year: int, origin: str, surname: str = "") -> str:
    """A full name in upper case for someone of that sex (L, P), birth year and origin.

    ``surname`` is the father's, where the origin hands one down (``has_surname``).
    """
    if has_surname(origin):
        return _surnamed(rng, sex, origin, surname)
    if birth_year >= 1996:
        return _young_name(rng, sex, birth_year, origin)
    return _elder_name(rng, sex, birth_year, origin)


def has_surname(origin: str) -> bool:
    """Whether children of this origin bear their father's last name."""
    return origin in ("batak", "tionghoa")


def birth_place(rng: Random, birth_year: int, origin: str) -> str:
    """Where someone was born, as a card says it; the young mostly in the city."""
    if birth_year >= 2008:
        return _YOUNG_BIRTHPLACE.draw(rng)
    return _BIRTHPLACES[origin].draw(rng)


def titled(rng: Random, name: str, sex: str, age: int, desil: int) -> str:
    """The name with the title of a pilgrim now and then, as elders write it."""
    if age >= 45 and rng.random() < (0.01 + 0.012 * max(0, desil - 3)):
        return ("H. " if sex == "L" else "HJ. ") + name
    return name


def twin_names(rng: Random, sex: str) -> tuple[str, str]:
    """Two names that differ in a letter or two, as twins often bear."""
    first, second = pick(rng, _TWIN_MEN if sex == "L" else _TWIN_WOMEN)
    if sex == "L":
        tail = pick(rng, _YOUNG_MEN_SECOND)
        head = "MUHAMAD " if rng.random() < 0.5 else ""
    else:
        tail = pick(rng, _YOUNG_WOMEN_SECOND)
        head = "SITI " if rng.random() < 0.3 else ""
    return f"{head}{first} {tail}", f"{head}{second} {tail}"


def group_name(rng: Random) -> str:
    """A word for the name of an association or a foundation."""
    return pick(rng, _GROUP_WORDS)


_GROUP_WORDS = words(
    "BINA MEKAR MELATI HARAPAN SEJAHTERA MANDIRI BERSATU SURYA CITRA KASIH AMANAH BAROKAH INSANI"
    " CEMPAKA KARYA TUNAS BANGSA RAHAYU LESTARI SEROJA PELITA DHARMA NUSANTARA KENANGA MUTIARA"
)


def _young_name(rng: Random, sex: str, birth_year: int, origin: str) -> str:
    man = sex == "L"
    first = pick(rng, _YOUNG_MEN if man else _YOUNG_WOMEN)
    if origin == "banten" and rng.random() < 0.02:
        first = "TUBAGUS" if man else "RATU"
    seconds = _YOUNG_MEN_SECOND if man else _YOUNG_WOMEN_SECOND
    roll = rng.random()
    if roll < 0.03:
        # A single name of the young is a name that stands alone, never a bare Muhamad or Siti.
        return pick(rng, _BANTEN_OLD_MEN if man else _BANTEN_WOMEN_SECOND)
    second = _other(rng, seconds, first)
    if roll < (0.6 if birth_year < 2010 else 0.45):
        return f"{first} {second}"
    third = _other(rng, _YOUNG_LAST if man else _YOUNG_LAST_WOMEN, second)
    if first == third:
        return f"{first} {second}"
    return f"{first} {second} {third}"


def _elder_name(rng: Random, sex: str, birth_year: int, origin: str) -> str:
    man = sex == "L"
    old = birth_year < 1963
    roll = rng.random()
    if origin == "banten":
        if man and roll < 0.025:
            return f"TUBAGUS {pick(rng, _BANTEN_MEN_SECOND)}"
        if not man and roll < 0.025:
            return f"RATU {pick(rng, _BANTEN_WOMEN_SECOND)}"
        if not man and old and roll < 0.06:
            return f"NYI {pick(rng, _BANTEN_WOMEN_SECOND)}"
        return _compose(
            rng,
            _BANTEN_OLD_MEN if man else _BANTEN_OLD_WOMEN,
            _BANTEN_MEN if man else _BANTEN_WOMEN,
            _BANTEN_MEN_SECOND if man else _BANTEN_WOMEN_SECOND,
            single=0.62 if old else 0.2,
        )
    if origin == "sunda":
        return _compose(
            rng,
            _SUNDA_OLD_MEN if man else _SUNDA_OLD_WOMEN,
            _SUNDA_MEN if man else _SUNDA_WOMEN,
            _SUNDA_MEN_SECOND if man else _SUNDA_WOMEN_SECOND,
            single=0.6 if old else 0.1,
        )
    if origin == "jawa":
        return _compose(
            rng,
            _JAWA_OLD_MEN if man else _JAWA_OLD_WOMEN,
            _JAWA_MEN if man else _JAWA_WOMEN,
            _JAWA_MEN_SECOND if man else _JAWA_WOMEN_SECOND,
            single=0.7 if old else 0.18,
        )
    if origin == "betawi":
        first = _BETAWI_MEN if man else _BETAWI_WOMEN
        second = _BETAWI_MEN_SECOND if man else _BETAWI_WOMEN_SECOND
        return _compose(rng, second, first, second, single=0.5 if old else 0.15)
    if origin == "minang":
        if man:
            return f"{pick(rng, _MINANG_MEN)} {pick(rng, _MINANG_MEN_SECOND)}"
        return f"{pick(rng, _MINANG_WOMEN)} {pick(rng, _MINANG_WOMEN_SECOND)}"
    raise ValueError(origin)


def _surnamed(rng: Random, sex: str, origin: str, surname: str) -> str:
    man = sex == "L"
    if origin == "batak":
        first = pick(rng, _BATAK_MEN if man else _BATAK_WOMEN)
        return f"{first} {surname or pick(rng, _BATAK_SECOND)}"
    first = pick(rng, _TIONGHOA_MEN if man else _TIONGHOA_WOMEN)
    return f"{first} {surname or pick(rng, _TIONGHOA_SECOND)}"


def _compose(
    rng: Random,
    alone: tuple[str, ...],
    first: tuple[str, ...],
    second: tuple[str, ...],
    single: float,
) -> str:
    """One name of ``alone`` with the probability ``single``, else a first and a second name."""
    if rng.random() < single:
        return pick(rng, alone)
    opening = pick(rng, first)
    return f"{opening} {_other(rng, second, opening)}"


def _other(rng: Random, choices: tuple[str, ...], taken: str) -> str:
    word = pick(rng, choices)
    while word == taken:
        word = pick(rng, choices)
    return word
