"""k-means of scikit-learn, ten starts: python3 kmeans.py POINTS.csv GROUPS prints the inertia."""
import csv
import sys

from sklearn.cluster import KMeans

with open(sys.argv[1]) as file:
    points = [[float(value) for value in row] for row in csv.reader(file)]
print(KMeans(n_clusters=int(sys.argv[2]), n_init=10, random_state=0).fit(points).inertia_)
