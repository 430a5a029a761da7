"""First names heard in German-speaking offices, and whether a woman, a man or either bears them. For proposals only. Pure.

Written by hand; a missing name is a small change: put it where it belongs. Whoever is not there stays unknown, and so does
every name in use for both. Why a list of our own: docs/decisions/0012-first-names.md.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Literal

_WOMEN = """
Adele Adelheid Agata Agathe Agnes Agnieszka Aida Aileen Aischa Aleksandra Alena Alessandra Alessia Alexandra Alexia
Alice Alicia Alina Aline Alisa Alisha Alma Almut Alwine Amalia Amalie Amanda Amelia Amelie Amina Amira Amy Ana
Anastasia Anastasija Andreea Andrina Aneta Anette Angela Angelika Angelina Anica Anika Anina Anita Anja Anka Anke Ann
Anna Annabel Annabell Annabelle Annalena Anne Annegret Anneke Anneli Annelie Anneliese Annemarie Annerose Annett
Annette Anni Annika Annina Anny Antje Antonella Antonia Antonie Antonija Anuschka Arabella Ariana Ariane Arzu Asena
Aslı Astrid Asya Audrey Aurelia Aurora Ava Ayla Aylin Ayşe Aysel Aysun Azra Barbara Bärbel Beata Beate Beatrice
Beatrix Beatriz Belinda Bella Benita Berit Bernadette Bernarda Berta Bertha Bettina Betty Bianca Bianka Birgit Birgitt
Birgitta Birte Birthe Blanka Bożena Branka Brigitta Brigitte Britta Brunhilde Burcu Büşra Cäcilia Camilla Camille
Canan Cara Carina Carine Carla Carlotta Carmela Carmen Carola Carolin Carolina Caroline Catalina Catarina Caterina
Catherine Cathrin Catrin Cécile Cecilia Celia Celina Celine Céline Chantal Charleen Charlotte Chiara Christa Christel
Christiane Christin Christina Christine Cindy Cinzia Clara Clarissa Claudia Claudine Clothilde Constance Constanze
Cora Cordula Corinna Corinne Cornelia Cosima Cristina Dagmar Daisy Dana Danica Daniela Danielle Danuta Daria Darja
Dascha Debora Deborah Delia Denise Derya Desirée Diana Diane Dilara Dilek Dina Ditte Dolores Dominika Donata Donna
Dora Doreen Dorina Doris Dorota Dorothea Dorothee Dorothée Dragana Dunja Ebru Edda Edeltraud Edeltraut Edith Edna Effi
Ela Elena Eleni Eleonora Eleonore Elfi Elfriede Elif Elina Elisa Elisabeta Elisabeth Elise Elizabeth Elke Ella Ellen
Elli Elly Elsa Elsbeth Else Elvira Emel Emilia Emilie Emily Emine Emma Enrica Erica Erika Erna Esma Esmeralda Esra
Estefania Estelle Esther Eugenie Eva Evamaria Evelin Evelina Eveline Evelyn Evi Ewa Fabienne Fadime Fanny Farida
Fatima Fatma Federica Felicia Felicitas Felizitas Fenja Ffion Filiz Fiona Flora Florence Floriane Franca Frances
Francesca Francine Franka Franziska Frauke Frederike Freia Freya Frida Frieda Friedegard Friederike Gabi Gabriela
Gabriele Gabriella Gaby Galina Gamze Genoveva Georgia Georgina Geraldine Gerda Gerdi Gerhild Gerlinde Gertraud Gertrud
Gesa Gesche Gesine Gianna Gila Gina Ginevra Gisela Giselle Gitta Gitte Giulia Giuliana Giuseppina Gloria Gönül Grażyna
Greta Gretchen Grete Gretel Guadalupe Gudrun Gülay Gülcan Gülşen Gunda Gundula Gunhild Hadewig Hafsa Halime Halina
Hana Hanife Hanna Hannah Hanne Hannelore Harriet Hatice Havva Hedda Hedi Hedwig Heide Heidelinde Heidemarie Heidi
Heidrun Heike Helen Helena Helene Helga Hella Helma Henriette Henrike Hermine Herta Hertha Hilal Hilda Hilde Hildegard
Hiltrud Hülya Ida Idil Ildikó Ilka Ilona Ilse Imke Ina Inci Ines Inés Inga Inge Ingeborg Ingelore Ingrid Inka Inken
Insa Ioana Irena Irene Irina Iris Irma Irmela Irmgard Irmtraud Irmtrud Isa Isabel Isabell Isabella Isabelle Isolde
Ivana Ivanka Ivonne Iwona Jacqueline Jadwiga Jana Jane Janet Janice Janika Janina Janine Janna Jasmin Jasmina Jasmine
Jeanette Jeanne Jeannette Jelena Jenna Jennifer Jenny Jessica Jessika Jette Jil Jill Joana Joanna Jocelyne Johanna
Johanne Jolanda Jolanta Josefa Josefina Josefine Josephine Jovana Juana Judith Jule Julia Juliana Juliane Julie
Julienne Juliette Julija Jutta Kaja Kamila Karen Karin Karina Karla Karola Karolin Karolina Karoline Katalin Katarina
Katarzyna Kate Katerina Katharina Katharine Käthe Kathi Kathleen Kathrin Kathy Kati Katinka Katja Katrin Kerstin
Kezban Kiara Kinga Kira Kirsten Kirstin Klara Klaudia Kornelia Kristiane Kristin Kristina Kristine Krystyna Kübra
Kunigunde Ladina Laila Lana Lara Larissa Laura Laure Lavinia Lea Leah Leana Leila Lejla Lena Lene Leni Lenka Leonie
Leonora Leonore Leopoldine Leyla Lia Liane Lidia Lieselotte Lilia Lilian Liliana Lilith Lilli Lilly Lily Lina Linda
Lisa Lisbeth Lise Liselotte Lisette Lissy Liv Ljiljana Ljudmila Lola Lore Loredana Lorena Loretta Lotta Lotte Louisa
Louise Luana Lucia Lucía Luciana Lucie Lucy Ludmila Luisa Luise Luitgard Luna Lydia Lynn Mădălina Madeleine Madlen
Magda Magdalena Małgorzata Mai Maike Maja Malin Malina Malwine Mandy Manja Manon Manuela Mara Mareike Maren Maret
Margareta Margarete Margaretha Margarethe Margarita Margherita Margit Margitta Margot Margret Margrit Marguerite Maria
María Mariam Mariana Marianna Marianne Maribel Marie Marie-Luise Marieke Marielle Marietta Marija Marika Marina Marion
Marisa Marit Marita Marla Marleen Marlen Marlena Marlene Marlies Marliese Marlis Marta Martha Martina Maryam Mascha
Mathilda Mathilde Maud Maura Mechthild Medine Meike Melanie Melek Melike Melina Melinda Melisa Melissa Mercedes Meret
Merle Merve Meryem Meta Mia Michaela Michalina Michelle Mila Milena Milica Mina Mine Minna Mira Miranda Mirela Miriam
Mirja Mirjam Mirjana Mirka Miroslava Mona Monica Monika Monique Muriel Myriam Nadia Nadine Nadja Naima Najla Nancy
Naomi Nastasja Natalia Natalie Natascha Natasha Nathalie Nebahat Nele Nelli Nelly Nermin Neşe Nesrin Nevena Nicole
Nihal Nilgün Nina Noemi Noémie Nora Norma Nour Nuray Nurcan Nurten Octavia Odette Ofelia Oksana Olena Olga Olivia
Oliwia Ornella Orsolya Ottilie Özge Özlem Pamela Paola Patricia Patrizia Paula Paulina Pauline Pelin Perihan Petra
Petronella Philippa Phyllis Pia Pilar Pinar Polina Priska Rabea Rabia Rachel Rachele Rafaela Raffaella Ragna Ragnhild
Rahel Raissa Ramona Raquel Rebecca Rebekka Regina Regine Regula Reinhild Renata Renate Renée Reyhan Ria Ricarda Rike
Rita Roberta Romana Romina Romy Rosa Rosalie Rosalinde Rosamunde Rosanna Rose Rosel Roselinde Rosemarie Rosi Rosina
Roswitha Roxana Rukiye Ruth Sabina Sabine Sabrina Safiye Sahra Saida Salma Salome Samantha Samira Sandra Sandrine
Sanja Sara Sarah Saskia Sawsan Selin Selina Selma Sema Semra Senta Serap Serena Serpil Sevda Sevgi Sevil Sevim Shannon
Sheila Shirin Sibel Sibylle Sieglinde Siegrid Sigrid Sigrun Silja Silke Silvana Silvia Silvie Simona Sina Sinéad Siri
Siw Slavica Snežana Sofia Sofie Solveig Songül Sonia Sonja Sophia Sophie Stefania Stefanie Steffi Stella Stephanie
Stina Stine Sümeyye Sunniva Susan Susana Susann Susanna Susanne Suse Susi Suzana Suzanne Svea Svenja Svetlana Swantje
Swetlana Sybille Sylke Sylvia Sylvie Tabea Tamara Tanja Tanya Tara Tatiana Tatjana Teresa Tessa Thea Theodora Theresa
Therese Theresia Thora Thusnelda Tiffany Tilda Tina Tiziana Tomke Traudl Traute Trine Trixi Trude Tuğba Tülay Ulla
Ulrike Undine Ursel Ursina Urška Ursula Ursulina Uschi Uta Ute Valentina Valeria Valerie Vanessa Vera Verena Veronica
Veronika Veronique Vesna Vicky Victoria Viktoria Viola Violeta Violetta Virginia Virginie Viviana Vivien Vivienne
Vroni Walburga Waltraud Waltraut Wanda Wendy Wibke Wiebke Wiktoria Wilhelmine Wilma Xenia Yael Yasemin Yasmin Yasmina
Yeliz Yolanda Yvette Yvonne Zahra Zdenka Zeliha Zeynep Zita Zoe Zoë Zofia Zora Zübeyde Zuzana
"""

_MEN = """
Abdel Abdul Abdullah Achim Adalbert Adam Adem Adnan Adolf Adrian Adriano Ahmad Ahmed Ahmet Akın Aladin Albert Alberto
Albrecht Aldo Alejandro Aleksandar Aleksander Alessandro Alessio Alexander Alexandre Alexandros Alexandru Alfons
Alfonso Alfred Alfredo Ali Alois Aloys Alper Alwin Amadeus Amir Anatol Anders Andi András André Andreas Andrej Andrés
Andrew Andrzej Angelo Anselm Ansgar Anthony Anton António Antonio Antonius Antun Ari Aristoteles Armin Arne Arnim Arno
Arnold Arnulf Arthur Artur Arturo Arvid Attila August Augustin Axel Aziz Balthasar Baptist Baran Barış Bartholomäus
Bartosz Bastian Bayram Beat Bekir Ben Benedict Benedikt Bengt Beniamino Benjamin Benno Benny Berat Bernardo Bernd
Bernhard Bernt Berthold Bertold Bertram Bilal Björn Blasius Bob Bodo Bogdan Bojan Boris Bożydar Branko Brian Bruce
Bruno Bryan Burak Burkard Burkhard Burkhardt Can Candido Carl Carlo Carlos Carsten Caspar Cédric Cedric Cem Cengiz
César Charles Christian Christof Christoph Christopher Christos Claas Claudio Claus Clemens Constantin Cord Cornelius
Corrado Cristiano Curd Curt Cyrill Damian Damir Dan Daniel Daniele Danilo Dario Dariusz Darko David Davide Davud Dejan
Denis Dennis Derek Detlef Detlev Diego Dierk Dieter Dietmar Dietrich Dimitri Dimitrios Dimitris Dirk Domenico Dominic
Dominik Donald Dragan Dražen Dušan Eberhard Eckard Eckart Eckehard Eckhard Eckhart Edgar Edmund Eduard Eduardo Edward
Edwin Egbert Egon Ehrenfried Elias Elmar Emanuel Emanuele Emil Emilio Emin Emir Emmerich Emrah Emre Engelbert Enno
Enrico Enrique Erasmus Ercan Erdal Erdoğan Erhan Erhard Eric Erich Erik Erkan Ernesto Ernst Erol Ersin Ertuğrul Erwin
Eugen Eugenio Ewald Fabian Fabio Fabrice Fabrizio Falk Falko Farid Fatih Federico Felix Ferdinand Ferenc Ferhat
Fernando Filip Filippo Flavio Florentin Florian Folker Folkert Francesco Francis Francisco Franco François Frank Franz
Franz-Josef Fred Frédéric Frederic Frederik Fredi Fredrik Frido Fridolin Friedbert Friedemann Frieder Friedhelm Friedo
Friedrich Fritz Gabor Gábor Gabriel Gaetano Gallus Gebhard Georg George Georges Georgi Georgios Gerald Gerard Gérard
Gerd Gereon Gerhard Gerhart Gernot Gero Gerold Gerrit-Jan Gert Giacomo Gian Gianluca Gianni Gilbert Giorgio Giovanni
Giulio Giuseppe Goran Gordon Gottfried Gotthard Gotthilf Gottlieb Götz Grégoire Gregor Gregory Grzegorz Guido
Guillaume Guillermo Gundolf Günter Günther Guntram Gürkan Gustaf Gustav György Hagen Hakan Halil Hamza Hannes Hanno
Hans Hans-Georg Hans-Jürgen Hans-Peter Hansi Harald Hardy Harry Hartmut Hartwig Hasan Hassan Hauke Haydar Heiko Heinar
Heiner Heino Heinrich Heinz Hellmut Helmar Helmut Helmuth Hendrik Henning Henri Henrik Henry Herbert Heribert Hermann
Hieronymus Hilmar Hinnerk Hinrich Holger Horst Hubert Hubertus Hugo Humbert Husein Hüseyin Ian İbrahim Ibrahim Ignaz
Igor Ihsan Ilhan Ilias Ilja Ilker Immanuel Ingbert Ingmar Ingo Ingolf Ioan Ioannis Isaak Isidor Iskander Ismael Ismail
İsmail István Ivan Ivica Ivo Iwan Jacek Jack Jacob Jacques Jaime Jakob Jakub James Jan Janek Janko Jannes Jannik
Jannis János Janosch Jared Jarek Jaromir Jarosław Jason Javier Jens Jeremias Jeremy Jérôme Jerzy Jesper Jesús Jim
Jimmy Joachim Joakim João Jochem Jochen Joe Joel Joël Johann Johannes John Jon Jonas Jonathan Jörg Jorge Jörgen Jörn
José Josef Joseph Joshua Josip Jost Josua Jovan Juan Julian Julien Julius Jurek Jürg Jürgen Jurij Justin Justus Kadir
Kai-Uwe Kajetan Kamil Karim Karl Karl-Heinz Karlheinz Karsten Kasimir Kaspar Kemal Kenan Kenneth Kerem Kevin Kilian
Klaas Klaus Klaus-Dieter Klemens Knud Knut Konrad Konstantin Korbinian Kornelius Kristian Kristof Kristoffer Krzysztof
Kuno Kurt Ladislaus Lambert Lars Lasse László Laurens Laurent Laurenz Laurids Laurin Leander Leif Lelio Lennart Lenz
Leo Leon Leonard Leonardo Leonhard Leopold Leszek Levent Levin Liam Linus Loïc Lorenz Lorenzo Lothar Louis Lucas
Luciano Lucien Lüder Ludger Ludolf Ludovic Ludwig Luigi Luis Lukas Lutz Maciej Magnus Mahmoud Mahmut Maik Maksim Malte
Manfred Manuel Marc Marcel Marcello Marcin Marco Marcus Marek Marian Mariano Marinus Mario Marius Mark Marko Markus
Marten Martin Marvin Marwin Massimo Mateusz Mathias Mathieu Mathis Mats Matteo Matthäus Matthew Matthias Matthieu
Maurice Mauricio Maurizio Mauro Max Maxim Maxime Maximilian Medard Mehmet Meinhard Meinolf Meinrad Melchior Mert Mesut
Metin Michał Michael Michail Michel Michele Miguel Mihai Mihály Mikael Mike Mikkel Miklós Mikołaj Milan Milo Milorad
Miloš Mirco Mirko Miro Mirosław Miroslav Mladen Mohamed Mohammad Mohammed Momme Moritz Morten Mose Muhammad Muhammed
Muhammet Murat Musa Mustafa Nathan Nathanael Nebojša Nenad Nepomuk Neven Niccolò Nicholas Nick Nicklas Nico Nicolai
Nicolas Nicolò Niels Nihat Niklas Niklaus Niko Nikolai Nikolaj Nikolaos Nikolas Nikolaus Nils Noah Norbert Norman Odo
Okan Olaf Olav Ole Oleg Oliver Olivier Omar Ömer Onno Onur Orhan Ortwin Oscar Oskar Osman Oswald Oswin Otmar Ottmar
Otto Ottokar Ottomar Owen Özgür Pablo Pál Pantelis Pascal Pasquale Patric Patrice Patrick Patrik Paul Paulo Paweł
Pawel Pedro Peer Pelle Per Petar Peter Petr Petros Phil Philip Philipp Philippe Pier Pierre Pietro Piotr Pirmin
Predrag Quentin Quirin Radek Radovan Rafael Raffaele Ragnar Raik Raimund Rainer Rajko Ralf Ralph Ramazan Ramón Randolf
Raoul Raphael Rasmus Ratko Raul Ray Raymond Recep Reimar Reimer Reimund Reinald Reiner Reinhard Reinhart Reinhold
Reinmar Reinold Remo René Reto Ricardo Riccardo Richard Rico Rinaldo Robert Roberto Rocco Roderich Rodion Rodolfo
Rodrigo Roger Roland Rolf Roman Romano Romeo Ronald Ronny Rouven Ruben Rudi Rüdiger Rudolf Rupert Ruprecht Ryszard
Said Salih Salim Salvatore Samuel Samuele Sándor Sandro Santiago Sean Sebastian Sebastiano Sébastien Sedat Selçuk
Selim Semih Sepp Serdar Serge Sergej Sergey Sergio Serhat Serkan Severin Siegbert Siegfried Siegmar Siegmund Sigi
Sigismund Sigmar Sigmund Silas Silvan Silvano Silvester Silvio Simeon Simon Sinan Slavko Slobodan Sönke Sören Sotirios
Srđan Søren Stanisław Stanislaus Stanislav Stavros Stefan Stefano Steffen Stelios Sten Stephan Stéphane Stephen Steve
Steven Stipe Stjepan Süleyman Sven Swen Sylvain Sylvester Szymon Tadeusz Tamás Tankred Tarek Tarık Tassilo Taylan Ted
Teun Thaddäus Theo Theobald Theodor Thiemo Thierry Thies Thilo Thomas Thoralf Thorben Thore Thorsten Thorwald Tibor
Till Tilman Tilmann Tilo Tim Timm Timo Timon Timothy Timur Tino Titus Tizian Tjark Tjorben Tobias Tolga Tom Tomáš
Tomas Tomasz Tommaso Tommy Toralf Torben Tore Torsten Traugott Tristan Tuncay Turgut Udo Ueli Ufuk Ugo Uğur Ulf
Ullrich Ulrich Ümit Umut Urban Urs Utz Uwe Václav Vaclav Valentin Vasile Veit Veli Vicente Victor Vigo Viktor Vincent
Vincenz Vincenzo Vinzenz Vito Vittorio Vitus Vjekoslav Vladimir Vladislav Vojtěch Volker Volkhard Volkmar Wahid
Waldemar Walter Walther Wassili Wendelin Wenzel Werner Wieland Wiesław Wigbert Wilfried Wilhelm Willem Willi William
Willibald Willy Wim Winfried Winrich Witold Wladimir Wojciech Wolf Wolf-Dieter Wolfgang Wolfhard Wolfram Wulf Xaver
Xavier Yakup Yann Yannick Yannik Yavuz Younes Yusuf Yves Zacharias Zbigniew Zdeněk Zdravko Zeljko Željko Zoltán Zoran
Zygmunt
"""

_EITHER = """
Alex Amal Andrea Andy Ayhan Bente Bo Charlie Chris Claude Conny Dani Deniz Derin Devrim Dominique Dylan Eike Elia
Ellis Evren Folke Friedel Gerrit Gökçe Heilwig Helge Ilkay İlkay Ira Jamie Janis Janne Jean Jesse Jo Joan Jocelyn Jody
Jona Jordan Kai Kay Kaya Kersten Kim Kit Laurence Lee Leigh Leslie Levke Linn Lou Luca Luka Maxi Merlin Mika Mischa
Morgan Nevin Nicki Nicky Nicola Nikita Nikola Noa Noel Ola Pascale Pat Phuong Quinn Renee Robin Rowan Sam Sami Sandy
Saša Sascha Sasha Sidney Simone Sunny Toni Tony Uli Ulli Vanja Vivian Wanja Yücel Yuki
"""

Use = Literal["frau", "herr", "either"]
_STEP = re.compile(r"[ \-‐‑–]+")


def guess_salutation(first_name: str) -> Literal["frau", "herr", ""]:
    """Frau or Herr as far as the first of the first names tells, else nothing. For a proposal, never for a letter."""
    found = use_of(first_name)
    return "" if found is None or found == "either" else found


def use_of(first_name: str) -> Use | None:
    """Who bears this first name; None when it is not known. Of "Klaus Maria" and "Anna-Lena" the first part tells."""
    whole = _key(first_name)
    if not whole:
        return None
    return _known().get(whole) or _known().get(_STEP.split(whole)[0])


@cache
def _known() -> dict[str, Use]:
    known: dict[str, Use] = {}
    sides: tuple[tuple[str, Use], ...] = ((_WOMEN, "frau"), (_MEN, "herr"), (_EITHER, "either"))
    for names, use in sides:
        for name in names.split():
            for key in {_key(name), plain(name), germanised(name)}:
                known[key] = use if known.get(key, use) == use else "either"
    return known


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip().casefold()


_TO_TWO = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "æ": "ae", "å": "aa"})
_TO_ONE = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "ł": "l", "đ": "d", "ı": "i", "þ": "th", "ð": "d"})


def germanised(name: str) -> str:
    """As a German writes it without umlauts: "Müller" → "mueller"."""
    return plain(unicodedata.normalize("NFC", name).lower().translate(_TO_TWO))


def plain(name: str) -> str:
    """Without any mark: "Müller" → "muller", "Łukasz" → "lukasz"."""
    parts = unicodedata.normalize("NFKD", name.lower().translate(_TO_ONE))
    return "".join(sign for sign in parts if not unicodedata.combining(sign))
