"""Common names of many origins, from which fictional people are put together at random: nobody in particular."""


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


MEN = _names(
    """Aaron Abdul Adam Adrian Ahmed Aidan Alan Albert Alejandro Amir Andrei Andrew Anthony Arjun Arthur Ashley
    Bartosz Benjamin Bilal Bradley Brandon Brian Callum Cameron Carl Chidi Christopher Ciaran Colin Connor Curtis
    Daniel Darren David Declan Delroy Dennis Dhruv Dylan Edward Emeka Emmanuel Ethan Farid Finley Francis Gareth
    George Glyn Graham Hamza Harjit Harvey Hassan Henry Ibrahim Idris Imran Ivan Jacob Jamal Jason Jerome Joel
    Jordan Joseph Kamil Karim Keith Kelvin Kieran Kofi Krzysztof Kwame Lee Leon Lewis Liam Luis Luke Marcus Mario
    Mark Martin Mohammed Nathan Neil Nikolai Oliver Omar Owen Patrick Paul Peter Pradeep Rajesh Reece Rhys Ricardo
    Robert Samuel Sanjay Sean Shane Simon Stefan Stephen Tariq Terrence Thomas Tomasz Trevor Tyrone Vikram Vincent
    Wayne William Xavier Yusuf Zain Zoltan"""
)
WOMEN = _names(
    """Abigail Adaeze Agnieszka Aisha Alexandra Alice Amara Amina Amy Andrea Angela Anita Anya Beatrice Bethan
    Blessing Bronwen Caitlin Carly Carmen Caroline Catrin Chantelle Charlotte Chloe Claire Dalia Danielle Deborah
    Diana Donna Eleanor Elena Elizabeth Emily Emma Esther Eva Fatima Fiona Florence Frances Freya Gemma Georgia
    Gloria Grace Gwen Halima Hannah Harpreet Hayley Heather Helen Holly Ingrid Irena Isabel Jade Jasmine Jennifer
    Jessica Joanna Josephine Julie Karen Katarzyna Kayleigh Kelly Kerry Kimberley Lakshmi Lauren Leanne Leila
    Linda Lorraine Louise Lucy Magdalena Maria Martha Mary Maryam Megan Mei Melissa Michelle Monica Naomi Natasha
    Ngozi Niamh Nicola Nina Olga Olivia Paige Patricia Paula Priya Rachel Rebecca Rhiannon Rosa Ruth Samantha
    Sandra Sara Shanice Sharon Sian Simone Sonia Stacey Stella Susan Tamara Tanya Teresa Tracey Valentina Vanessa
    Victoria Yasmin Yvonne Zainab Zara Zoe"""
)
SURNAMES = _names(
    """Abbott Abdi Adams Adeyemi Ahmed Akhtar Ali Allen Anderson Antonescu Asante Bailey Baker Balogun Barnes Begum
    Bell Bennett Bianchi Bowen Brown Butler Campbell Carter Chapman Chen Chukwu Clarke Collins Cooper Costa Cox
    Davies Dawson Diaz Dixon Dogan Doherty Edwards Ellis Evans Fernandes Fisher Foster Francis Gallagher Garcia
    Gibson Gill Gordon Graham Grant Griffiths Gupta Hall Hamilton Harris Hassan Hernandez Hill Hoang Holmes Horvat
    Howard Hughes Hussain Ibrahim Islam Jackson James Jankowski Jenkins Johnson Jones Joseph Kaur Kelly Khan King
    Kovacs Kowalski Kumar Lambert Lewis Lloyd Lopez Lowe MacDonald Malik Marshall Martin Mason McCarthy Mensah
    Miah Miller Mills Mitchell Mohamed Moore Morgan Morris Murphy Nguyen Novak Nowak Obi Okafor Okoro Osman Owusu
    Parker Patel Pereira Phillips Popescu Powell Price Pritchard Quinn Rahman Ramos Reid Reilly Roberts Robinson
    Rossi Russell Ryan Sahota Santos Shah Sharma Silva Simpson Singh Smith Stewart Suleiman Sullivan Taylor
    Tesfaye Thomas Tran Turner Uddin Varga Walker Wang Ward Watson White Williams Wilson Wood Wright Yilmaz Young
    Zielinski"""
)
