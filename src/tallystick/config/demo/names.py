"""Words that the demo book is made of. Every person, company and address is invented.

Telephone numbers come from the ranges that Ofcom keeps for drama; e-mail addresses end in `.example` (RFC 2606).
"""

FIRST_NAMES = (
    "Amelia Oliver Isla Noah Freya George Ava Harry Mia Leo Sophie Arthur Grace Mohammed Lily Jack Zara Ethan Niamh Callum "
    "Priya Tomasz Chidi Aisha Gareth Megan Hamish Eilidh Rhys Sian Declan Orla Ben Chloe Daniel Ella Finlay Hannah Imran Jess "
    "Kwame Laura Marcus Nadia Owen Poppy Quentin Rosa Samuel Tara Usman Violet Wen Yusuf"
).split()

LAST_NAMES = (
    "Hughes Khan Thompson Williams Campbell Okafor Davies Patel Robertson Evans Murray Singh Walker Ahmed Byrne Clarke Doyle "
    "Edwards Fraser Griffiths Hussain Ito Jenkins Kaur Lewis MacLeod Nowak O’Brien Pritchard Quinn Reid Shaw Taylor Underwood "
    "Vaughan Whitfield Yates Zielinski Adeyemi Begum Carter Dixon Ellis Foster Gibbs Holloway Irving Jarvis Kerr Lowe Mensah "
    "Norris Osborne Parry"
).split()

COMPANY_STEMS = (
    "Brightwater Calder Dunmore Eastfield Fairhaven Greystone Harrow Ironbridge Juniper Kingsway Lindale Marlowe Netherby "
    "Oakhurst Pennine Quayside Redbrick Silverdale Thornbury Upland Verwood Westmoor Yarrow Ashdown Beckett Crossley Denholm "
    "Elmswell Fenwick Glenmore"
).split()

COMPANY_TRADES = (
    "Bakeries Builders Catering Components Dental Electrical Engineering Foods Garages Hardware Interiors Joinery Kitchens "
    "Landscapes Logistics Motors Nurseries Optics Packaging Plumbing Print Recruitment Roofing Signs Textiles Tools Travel "
    "Veterinary Windows Workwear"
).split()

COMPANY_ENDINGS = ("Ltd", "Limited", "LLP", "plc", "& Sons Ltd", "Group Ltd")

STREETS = (
    "High Street,Station Road,Church Lane,Victoria Road,Mill Lane,Park Avenue,The Crescent,Queensway,Kings Road,Orchard Close,"
    "Manor Drive,Canal Street,Bridge Street,Albert Terrace,Meadow Way,Chapel Street,Moorside,Quarry Hill,Springfield Road"
).split(",")

#: Town and its postcode area.
TOWNS = (
    ("Leeds", "LS"),
    ("Bristol", "BS"),
    ("Glasgow", "G"),
    ("Cardiff", "CF"),
    ("Belfast", "BT"),
    ("Norwich", "NR"),
    ("Exeter", "EX"),
    ("Preston", "PR"),
    ("Coventry", "CV"),
    ("Dundee", "DD"),
    ("Swansea", "SA"),
    ("Hull", "HU"),
    ("Luton", "LU"),
    ("Derby", "DE"),
    ("Bath", "BA"),
    ("Perth", "PH"),
)

#: Town, postcode and country of debtors who pay in euro.
EURO_TOWNS = (
    ("Cork", "T12 X8N6", "IE"),
    ("Galway", "H91 E2R7", "IE"),
    ("Utrecht", "3511 LN", "NL"),
    ("Gent", "9000", "BE"),
    ("Bremen", "28195", "DE"),
    ("Lille", "59000", "FR"),
)
